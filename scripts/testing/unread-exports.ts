/** Values that a file of `src` exports although no other file of the program reads them. */
import { posix } from 'node:path';
import ts from 'typescript';

/** What only tests ask for of a file goes into one export of this name: then its API is what the
 * program uses. */
const ENTRY = 'testing';

/**
 * `program`: texts by path of the files that count as readers, those of `src` among them. Paths
 * from the root, with `/`. Gives `path: name`; types are not looked at.
 */
export function unreadExports(program: ReadonlyMap<string, string>): readonly string[] {
  const parsed = [...program].map(([path, text]) => ({ path, source: parse(path, text) }));
  const read = new Set(parsed.flatMap(({ path, source }) => readsOf(path, source)));
  return parsed
    .filter(({ path }) => path.startsWith('src/'))
    .flatMap(({ path, source }) =>
      exportsOf(source)
        .filter((name) => name !== ENTRY && !read.has(`${path}#${name}`) && !read.has(`${path}#*`))
        .map((name) => `${path}: ${name}`),
    );
}

function parse(path: string, text: string): ts.SourceFile {
  const script = path.endsWith('.vue')
    ? [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, inside]) => inside).join('\n')
    : text;
  return ts.createSourceFile(path, script, ts.ScriptTarget.Latest);
}

/** `path#name` of everything that a file imports; `#*` where it takes the whole. */
function readsOf(path: string, source: ts.SourceFile): readonly string[] {
  const reads: string[] = [];
  const note = (from: string, names: readonly string[]): void => {
    if (!from.startsWith('.')) return;
    const target = posix.join(posix.dirname(path), from.replace(/\?.*/, ''));
    reads.push(...names.map((name) => `${target}#${name}`));
  };
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement))
      note(pathOf(statement.moduleSpecifier), importedNames(statement.importClause));
    else if (ts.isExportDeclaration(statement)) note(pathOf(statement.moduleSpecifier), ['*']);
  }
  for (const [, from = ''] of source.text.matchAll(/\bimport\(\s*'([^']+)'/g)) note(from, ['*']);
  return reads;
}

const pathOf = (node: ts.Expression | undefined): string => (node && ts.isStringLiteralLike(node) ? node.text : '');

function importedNames(clause: ts.ImportClause | undefined): readonly string[] {
  const bindings = clause?.namedBindings;
  const named = bindings && ts.isNamedImports(bindings) ? bindings.elements : undefined;
  return [
    ...(clause?.name ? ['default'] : []),
    ...(named?.map(({ propertyName, name }) => (propertyName ?? name).text) ?? (bindings ? ['*'] : [])),
  ];
}

function exportsOf(source: ts.SourceFile): readonly string[] {
  return source.statements.flatMap((statement) => {
    const isExported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!isExported) return [];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
    }
    const isValue = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement);
    return isValue && statement.name ? [statement.name.text] : [];
  });
}
