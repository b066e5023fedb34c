/**
 * A plugin of Stryker: the words of an error are no behaviour. A test that compared every sentence
 * would only say it a second time; the error's code, its field and the condition that throws it
 * stay mutated.
 */
import { PluginKind, declareValuePlugin } from '@stryker-mutator/api/plugin';

const REASON = 'the words of an error';

/** By class: which argument bears the words. */
const WORDS_AT = { WorkbenchError: 1, Error: 0, TypeError: 0, RangeError: 0 };

/** Whether nothing but words and plain names stand in it: a choice within a sentence is a
 * behaviour. */
function isPlain(node) {
  if (node.type === 'StringLiteral' || node.type === 'Identifier') return true;
  if (node.type === 'TemplateLiteral') return node.expressions.every(isPlain);
  if (node.type === 'CallExpression') return isPlain(node.callee) && node.arguments.every(isPlain);
  return node.type === 'MemberExpression' && !node.computed && isPlain(node.object);
}

/** `path`: of Babel, whose tree Stryker walks. */
function shouldIgnore(path) {
  if (path.node.type !== 'StringLiteral' && path.node.type !== 'TemplateLiteral') return undefined;
  // A sentence may be put together of several lines.
  let whole = path;
  while (whole.parent?.type === 'BinaryExpression' && whole.parent.operator === '+') whole = whole.parentPath;
  const { parent, listKey, key } = whole;
  if (parent?.type !== 'NewExpression' || listKey !== 'arguments' || parent.callee.type !== 'Identifier')
    return undefined;
  return WORDS_AT[parent.callee.name] === key && isPlain(path.node) ? REASON : undefined;
}

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'words', { shouldIgnore })];
