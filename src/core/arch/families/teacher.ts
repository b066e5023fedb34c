/** The network that is trained as a teacher where nobody names another. */
import { dataKindOf } from '../../data-kinds.ts';
import type { ArchitectureGraph } from '../graph.ts';
import { resnetTeacher } from './resnet.ts';
import { gruTeacher } from './sequences/gru.ts';
import type { StudentTask } from './student-family.ts';

export const teacherGraph = (task: StudentTask): ArchitectureGraph =>
  dataKindOf(task).gives === 'steps' ? gruTeacher(task) : resnetTeacher(task.inputShape, task.classes);
