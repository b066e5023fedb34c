/** dependency-cruiser's form of the import law (scripts/import-law.mjs). */
import { IMPORT_LAW } from './scripts/import-law.mjs';

const PACKAGE_TYPES = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown'];
const TYPES_ONLY = ['type-only', 'triple-slash-type-reference'];
const OUR_FOLDERS = '^(src|tests|scripts|resources|examples|out)/';
const BUNDLED_DATA = '^resources/.*\\.json$';

const escape = (text) => text.replaceAll('.', '\\.');
const packagePattern = (name) => `^node_modules/${name}${name.endsWith('/') ? '' : '/'}`;

const roomRules = Object.entries(IMPORT_LAW).flatMap(([room, law]) => {
  const from = { path: `^src/${room}/` };
  const ownCode = [room, ...law.rooms]
    .map((name) => `^src/${name}/`)
    .concat(law.files.map((file) => `^${escape(file).replaceAll('*', '[^/]+')}$`));
  const packages = law.packages.map(packagePattern);
  const types = (law.typePackages ?? []).map(packagePattern);
  const known = [...packages, ...types];
  const rule = (what, to) => ({ name: `${room}-${what}`, severity: 'error', comment: law.advice, from, to });
  return [
    rule('rooms', { path: OUR_FOLDERS, pathNot: [...ownCode, BUNDLED_DATA] }),
    rule('packages', { dependencyTypes: PACKAGE_TYPES, ...(known.length > 0 ? { pathNot: known } : {}) }),
    ...(types.length > 0 ? [rule('types-only', { path: types, dependencyTypesNot: TYPES_ONLY })] : []),
    ...(law.node ? [] : [rule('node', { dependencyTypes: ['core'] })]),
  ];
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...roomRules,
    {
      name: 'known-rooms',
      severity: 'error',
      comment:
        'Each file of src lives in a room of scripts/import-law.mjs; a new room needs a line there and a reason.',
      from: { path: '^src/', pathNot: `^src/(${Object.keys(IMPORT_LAW).join('|')})/` },
      to: {},
    },
    {
      name: 'no-circles',
      severity: 'error',
      comment:
        'Files that need each other are one thought, or hide a third: move the shared part into a file of its own.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'This import leads nowhere: correct its path, or add the package to package.json.',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
