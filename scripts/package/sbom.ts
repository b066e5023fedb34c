/**
 * What is shipped, as a list that programs read (CycloneDX): npm's own, of which only the packages
 * stay that are in the program or in its page, and what comes from elsewhere.
 */
import { execFileSync } from 'node:child_process';
import { closureOf, lockedAt, shippedDependencies } from './closure.ts';

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly [field: string]: unknown;
}

export interface Sbom {
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

export interface Shipped {
  readonly root: string;
  readonly product: string;
  /** Of TensorFlow's C library; absent where the program computes on WebAssembly. */
  readonly tensorflow: string | undefined;
  readonly electron: string;
}

export function sbomOf({ root, product, tensorflow, electron }: Shipped): Sbom {
  const all = npmList(root);
  const shipped = new Set(lockedAt(root, closureOf(root, shippedDependencies(root))));
  const listed = new Set(all.components.map(({ name, version }) => `${name}@${version}`));
  const forgotten = [...shipped].filter((one) => !listed.has(one));
  if (forgotten.length > 0) throw new Error(`"npm sbom" forgets ${forgotten.join(', ')}: run "npm ci".`);
  const isShipped = ({ name, version }: Component): boolean => shipped.has(`${name}@${version}`);
  const node = all.components.filter(({ name }) => name === 'node').map(lean);
  const components = [...all.components.filter(isShipped).map(lean), ...node, ...foreign(electron, tensorflow)];
  const own = all.metadata.component;
  const refs = new Set([own['bom-ref'], ...components.map((one) => one['bom-ref'])]);
  const others = [...node, ...foreign(electron, tensorflow)].map((one) => one['bom-ref']);
  return {
    ...all,
    // npm takes the folder's name for the program's.
    metadata: { ...all.metadata, component: { ...own, type: 'application', name: product } },
    components,
    dependencies: [
      ...all.dependencies
        .filter(({ ref }) => refs.has(ref) && !others.includes(ref))
        .map(({ ref, dependsOn = [] }) => ({
          ref,
          dependsOn: [...dependsOn.filter((one) => refs.has(one)), ...(ref === own['bom-ref'] ? others : [])].filter(
            (one, index, list) => list.indexOf(one) === index,
          ),
        })),
      ...others.map((ref) => ({ ref, dependsOn: [] })),
    ],
  };
}

/** Everything that is installed: with `--omit dev` npm leaves out what development needs, too. */
function npmList(root: string): Sbom {
  const npm = process.env['npm_execpath'];
  const [program, before] = npm?.endsWith('.js') === true ? [process.execPath, [npm]] : ['npm', []];
  // Whatever NODE_ENV and npm's own settings say.
  const kinds = ['--include=dev', '--include=optional', '--include=peer'];
  const words = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', ...kinds];
  const text = execFileSync(program, [...before, ...words], {
    ...{ cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'pipe'] },
    shell: process.platform === 'win32',
  });
  return JSON.parse(text) as Sbom; // npm's own form
}

/** Without the mark that says that nobody ships it. */
function lean(component: Component): Component {
  const properties = component['properties'];
  if (!Array.isArray(properties)) return component;
  return { ...component, properties: properties.filter((one) => !JSON.stringify(one).includes(':development')) };
}

function foreign(electron: string, tensorflow: string | undefined): readonly Component[] {
  return [
    {
      ...{ 'bom-ref': `electron@${electron}`, type: 'framework', name: 'electron', version: electron },
      ...{ purl: `pkg:npm/electron@${electron}`, licenses: [{ license: { id: 'MIT' } }] },
    },
    ...(tensorflow === undefined
      ? []
      : [
          {
            ...{ 'bom-ref': `tensorflow@${tensorflow}`, type: 'library', name: 'tensorflow', version: tensorflow },
            ...{ purl: `pkg:pypi/tensorflow-cpu@${tensorflow}`, licenses: [{ license: { id: 'Apache-2.0' } }] },
          },
        ]),
  ];
}
