/** Ambient types of the renderer: Vite's, and single-file components for tools that do not read
 * them. */
/// <reference types="vite/client" />
