/** A network of PyTorch as a teacher, by the lines of docs/teachers.md. Where there is no PyTorch
 * (`npm run bench:peers`), it is skipped and says so. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { loadDataset } from '../../src/compute/data/dataset.ts';
import { importOnnx } from '../../src/compute/teachers/onnx/import.ts';
import { peerPython } from '../../benchmarks/peers/environment.mjs';
import { writeColourDataset } from './support/colour-dataset.ts';

const folder = mkdtempSync(join(tmpdir(), 'torch-teacher-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(async () => void (await loadBackend()));

const hasTorch = existsSync(peerPython());
const PAGE = join(import.meta.dirname, '../../docs/teachers.md');

/** Trains a CNN on raw files of pixels and labels, says how many of the validation images it has
 * right, and exports it as the page says. Its exporter asks for a package that it does not need. */
const TRAIN = (lines: string): string => `
import json, sys, numpy, torch
from torch import nn
from torch.onnx._internal.torchscript_exporter import onnx_proto_utils
onnx_proto_utils._add_onnxscript_fn = lambda model, custom: model
torch.manual_seed(1)
def split(name):
    pixels = numpy.fromfile(f'{name}-pixels', numpy.uint8).reshape(-1, 8, 8, 3)
    images = torch.tensor(pixels).permute(0, 3, 1, 2).float() / 255
    mean, deviation = torch.tensor([.485, .456, .406]), torch.tensor([.229, .224, .225])
    labels = torch.tensor(numpy.fromfile(f'{name}-labels', numpy.uint8)).long()
    return (images - mean[:, None, None]) / deviation[:, None, None], labels
model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
                      nn.Conv2d(8, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(32, 3))
images, labels = split('train')
optimizer = torch.optim.SGD(model.parameters(), lr=.02, momentum=.9)
for _ in range(40):
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(images), labels).backward()
    optimizer.step()
model.eval()
accuracy = {name: (model(split(name)[0]).argmax(1) == split(name)[1]).float().mean().item() for name in ('val', 'test')}
side = 8
${lines}
print(json.dumps({**accuracy, 'params': sum(p.numel() for p in model.parameters())}))
`;

const orderOf = (file: string, directory: string) => {
  const source = { kind: 'onnx', file: join(folder, file), said: {} } as const;
  return { source, dataset: { directory }, name: 'theirs', title: 'Theirs', date: '2026-01-02' };
};
/** The page's blocks of Python, in their order. */
const blocks = [...readFileSync(PAGE, 'utf8').matchAll(/```python\n([^`]+)```/g)].map(([, lines = '']) => lines);

describe.skipIf(!hasTorch)(`a network of PyTorch${hasTorch ? '' : ' (skipped: no PyTorch here)'}`, () => {
  it('is as good here as PyTorch says, by the lines of the page', async () => {
    const directory = writeColourDataset(join(folder, 'data'), { train: 600, val: 500, test: 500, strength: 7 });
    const dataset = loadDataset(directory);
    for (const name of ['train', 'val', 'test'] as const) {
      const split = dataset.split(name);
      if (!('pixels' in split)) throw new Error('So few are in memory');
      writeFileSync(join(folder, `${name}-pixels`), split.pixels);
      writeFileSync(join(folder, `${name}-labels`), split.labels);
    }
    const [lines = '', more = ''] = blocks;
    expect(lines).toContain('torch.onnx.export');
    expect(more).toContain('class WithLayers');
    const own = lines.replace(/^model = .*\n/m, '').replace('teacher.onnx', 'theirs.onnx');
    const layered = more
      .replace(/^layers = .*\n/m, "layers = ['2', '6', '7']\n")
      .replace('teacher.onnx', 'layered.onnx');
    writeFileSync(join(folder, 'train.py'), TRAIN(`${own}${layered}`));
    const said = execFileSync(peerPython(), ['train.py'], { cwd: folder, encoding: 'utf8' });
    const told = JSON.parse(said.trim().split('\n').at(-1) ?? '') as Record<'val' | 'test' | 'params', number>;
    const importing = (file: string) =>
      importOnnx(
        orderOf(file, directory),
        dataset,
        join(folder, `teacher of ${file}`),
        () => Promise.resolve(),
        () => () => undefined,
      );
    const { card } = await importing('theirs.onnx');
    expect(Math.abs(card.accuracy.validation - told.val)).toBeLessThan(0.001);
    expect(Math.abs(card.accuracy.test - told.test)).toBeLessThan(0.001);
    expect(card.guesses[0]).toMatchObject({ layout: 'nchw', order: 'rgb', mean: 'imagenet', deviation: 'imagenet' });
    // The exporter folds batch norms into convolutions: a bias each, for two numbers each.
    expect(card.params).toBe(told.params - 2 * 8 - 2 * 8);
    // Some are hard to tell: all right would show nothing.
    expect(told.val).toBeGreaterThan(0.5);
    expect(told.val).toBeLessThan(0.99);
    const shown = await importing('layered.onnx');
    expect(shown.card.accuracy).toEqual(card.accuracy);
    expect(shown.card.layers).toEqual([
      { form: 'map', output: 'layer_2', order: 'nchw', height: 8, width: 8, channels: 8 },
      { form: 'map', output: 'layer_6', order: 'nchw', height: 2, width: 2, channels: 8 },
      { form: 'vector', output: 'layer_7', length: 32 },
    ]);
  });
});
