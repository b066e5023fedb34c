/** Whether chords are told with ⌘ instead of Ctrl: by the same sign that the key bindings go by. */
export function isMac(): boolean {
  return typeof navigator !== 'undefined' && /Mac|iPod|iPhone|iPad/.test(navigator.platform);
}
