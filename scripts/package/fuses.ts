/** Electron's switches for a packaged program: thrown in its binary, and read back from there. */
import { FuseState, FuseV1Options, FuseVersion, flipFuses, getCurrentFuseWire } from '@electron/fuses';

/** All that this version of Electron knows; a new one has to be decided on before anything is
 * packaged. */
export const FUSES = {
  /** The binary is no Node for others: trainers have a Node of their own. */
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  /** Of app.asar, on macOS and Windows. */
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  /** There is no snapshot of ours. */
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  /** Pages come by app://. */
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  /** As Electron has it: faults of WebAssembly's memory are caught by the processor. */
  [FuseV1Options.WasmTrapHandlers]: true,
} as const satisfies Readonly<Record<FuseV1Options, boolean>>;

/** `binary`: Electron's executable, or on a Mac its `.app`. Throws where a switch does not stand as
 * it should afterwards. */
export async function throwFuses(binary: string): Promise<void> {
  await flipFuses(binary, {
    version: FuseVersion.V1,
    strictlyRequireAllFuses: true,
    // Signing comes after; without an identity Apple's processors start an ad-hoc signed binary
    // only.
    resetAdHocDarwinSignature: process.platform === 'darwin' && process.arch === 'arm64',
    ...FUSES,
  });
  const wrong = await wrongFuses(binary);
  if (wrong.length > 0) throw new Error(`${binary}: these fuses did not take: ${wrong.join(', ')}.`);
}

/** Names of the fuses that do not stand as `FUSES` says. */
export async function wrongFuses(binary: string): Promise<readonly string[]> {
  const { version: _version, ...wire } = await getCurrentFuseWire(binary);
  const states = new Map(Object.entries(wire));
  return Object.entries(FUSES)
    .filter(([fuse, isOn]) => states.get(fuse) !== (isOn ? FuseState.ENABLE : FuseState.DISABLE))
    .map(([fuse]) => FuseV1Options[Number(fuse)] ?? fuse);
}
