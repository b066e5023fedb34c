import { expect, test } from 'vitest';
import { settingText, settingTitle } from '../../src/renderer/run-table/run-rows.ts';

const titles = {
  strategyTitle: (id: string) => `strategy ${id}`,
  datasetTitle: (name: string) => `data ${name}`,
  teacherTitle: (name: string) => `teacher ${name}`,
  familyTitle: (family: string) => `the ${family}`,
};

test('settings are told by titles, whatever configurations call them', () => {
  expect(settingTitle('strategy.options.familyArm')).toBe('Turns for starved families');
  expect(settingTitle('studentsFrom')).toBe('Students from');
  expect(settingTitle('seed')).toBe('Seed');
  expect(settingTitle('never.heard.of')).toBe('never.heard.of');
  expect(settingText('families', 'resnet, vit', titles)).toBe('the resnet, the vit');
  expect(settingText('dataset', 'x', titles)).toBe('data x');
  expect(settingText('limits.macs', '1500000', titles)).toBe('1,500,000');
  expect(settingText('teacher', '', titles)).toBe('–');
});
