/** The same function, with each object's answer kept for as long as the object is there. */
export function memoise<K extends WeakKey, V>(answer: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>();
  return (key) => {
    const kept = known.get(key);
    if (kept !== undefined) return kept;
    const found = answer(key);
    known.set(key, found);
    return found;
  };
}
