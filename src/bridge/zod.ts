/** zod as every schema takes it: its first object parse tries `eval`, which the content security policy refuses. */
import { z } from 'zod';

z.config({ jitless: true });

export { z };
