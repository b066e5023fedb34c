/** Files by the browser's own means, which both shells have: the person picks, nothing is a
 * path. */

/** Undefined when the person cancels. */
export function pickTextFile(accept: string): Promise<{ readonly name: string; readonly text: string } | undefined> {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = accept;
  return new Promise((resolve, reject) => {
    input.addEventListener('cancel', () => resolve(undefined));
    input.addEventListener('change', () => {
      const file = input.files?.[0];
      if (file === undefined) resolve(undefined);
      else file.text().then((text) => resolve({ name: file.name, text }), reject);
    });
    input.click();
  });
}

export function downloadText(name: string, text: string, type = 'application/json'): void {
  download(name, new Blob([text], { type }));
}

export function downloadBytes(name: string, bytes: Uint8Array, type: string): void {
  // A copy of its own: a blob takes no view of shared memory.
  download(name, new Blob([Uint8Array.from(bytes)], { type }));
}

export function downloadBlob(name: string, content: Blob): void {
  download(name, content);
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

function download(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
