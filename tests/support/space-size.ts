import { familySize } from '../../src/core/space/size.ts';
import type { Space } from '../../src/core/space/space.ts';

/** Members of all families together. */
export const spaceSize = ({ families }: Space): number => families.reduce((sum, family) => sum + familySize(family), 0);
