/** Opens the workspace in argument 2 and prints what came of it, as JSON. Run as another user by
 * tests of the store. */
import { WorkbenchError } from '../../src/core/errors.ts';
import { openReadable, openWorkspace } from '../../src/store/workspace.ts';

const [, , directory = '', how] = process.argv;

function attempt() {
  try {
    const { store, close } = how === 'read' ? openReadable(directory) : openWorkspace(directory);
    const { total } = store.runs();
    close();
    return { total };
  } catch (error) {
    return error instanceof WorkbenchError ? { code: error.code, message: error.message } : { message: String(error) };
  }
}

process.stdout.write(JSON.stringify(attempt()));
