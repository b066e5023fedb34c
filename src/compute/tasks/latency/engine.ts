/** A student on an engine, ready to be asked. */
export interface EngineSession {
  readonly version: string;
  readonly device: string;
  readonly threads: number;
  /** Logits of a batch: images as an array in (in the engine's own order of channels), an array
   * out. */
  readonly pass: (images: Float32Array, batch: number) => Float32Array | Promise<Float32Array>;
  readonly dispose: () => Promise<void> | void;
}
