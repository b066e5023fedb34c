/** Files by the browser's own means, which both shells have: the person picks, nothing is a
 * path. */

/** Empty when the person cancels. */
export function pickFiles(
  wanted: Partial<Pick<HTMLInputElement, 'accept' | 'multiple' | 'webkitdirectory'>>,
): Promise<readonly File[]> {
  const input = Object.assign(document.createElement('input'), { type: 'file', ...wanted });
  return new Promise((resolve) => {
    input.addEventListener('cancel', () => resolve([]));
    input.addEventListener('change', () => resolve([...(input.files ?? [])]));
    input.click();
  });
}

/** Of something that is handed to the host in pieces. */
export const handedId = (kind: 'upload' | 'handed'): string =>
  `${kind}-${crypto.randomUUID().replaceAll('-', '').slice(0, 16)}`;

export function downloadText(name: string, text: string, type = 'application/json'): void {
  downloadBlob(name, new Blob([text], { type }));
}

export function downloadBytes(name: string, bytes: Uint8Array, type: string): void {
  // A copy of its own: a blob takes no view of shared memory.
  downloadBlob(name, new Blob([Uint8Array.from(bytes)], { type }));
}

/** `pareto-front.svg` */
export function fileName(title: string, ending: string): string {
  const plain = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80);
  return `${plain === '' ? 'chart' : plain}.${ending}`;
}

export function downloadBlob(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
