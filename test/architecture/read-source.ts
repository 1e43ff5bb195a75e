// Reads one source file: what it imports, and which impure things it touches.

import { parseSync } from 'oxc-parser';

export interface Reading {
  /** Every specifier, of values and of types alike. An import whose target is computed reads as `(computed)`. */
  readonly imports: readonly string[];
  readonly impurities: readonly string[];
}

export interface Impure {
  readonly globals: readonly string[];
  readonly calls: readonly string[];
}

type Node = Readonly<Record<string, unknown>>;

export function readSource(path: string, text: string, impure: Impure): Reading {
  const { program, errors } = parseSync(path, text, { lang: 'ts', sourceType: 'module' });
  const [error] = errors;
  if (error !== undefined) throw new SyntaxError(`${path}: ${error.message}`);

  const imports = new Set<string>();
  const impurities = new Set<string>();
  walk(program, undefined, (node, parent) => {
    const specifier = specifierOf(node);
    if (specifier !== undefined) imports.add(specifier);
    const impurity = impurityOf(node, parent, impure);
    if (impurity !== undefined) impurities.add(impurity);
  });
  return { imports: [...imports], impurities: [...impurities] };
}

function specifierOf(node: Node): string | undefined {
  switch (node['type']) {
    case 'ImportDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
    case 'ExportAllDeclaration':
      return literal(node['source']) ?? '(computed)';
    case 'ExportNamedDeclaration':
      return literal(node['source']);
    case 'TSExternalModuleReference':
      return literal(node['expression']) ?? '(computed)';
    case 'CallExpression': {
      const called = nameOf(node['callee']);
      if (called !== 'require' && called !== 'process.getBuiltinModule') return undefined;
      const [first] = Array.isArray(node['arguments']) ? (node['arguments'] as readonly unknown[]) : [];
      return literal(first) ?? '(computed)';
    }
    default:
      return undefined;
  }
}

function impurityOf(node: Node, parent: Node | undefined, impure: Impure): string | undefined {
  switch (node['type']) {
    case 'AwaitExpression':
      return 'await';
    case 'ForOfStatement':
      return node['await'] === true ? 'for await' : undefined;
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return node['async'] === true ? 'async' : undefined;
    case 'CallExpression': {
      const called = nameOf(node['callee']);
      if (called === 'Date') return impure.calls.includes('Date()') ? 'Date()' : undefined;
      return called !== undefined && impure.calls.includes(called) ? called : undefined;
    }
    case 'NewExpression': {
      const empty = Array.isArray(node['arguments']) && node['arguments'].length === 0;
      const made = `new ${nameOf(node['callee']) ?? ''}()`;
      return empty && impure.calls.includes(made) ? made : undefined;
    }
    case 'Identifier': {
      const name = String(node['name']);
      return impure.globals.includes(name) && isRead(node, parent) ? name : undefined;
    }
    default:
      return undefined;
  }
}

/** `process.env` reads the global; `receipt.process`, `{ process: 1 }` and a type's member of that name do not. */
function isRead(node: Node, parent: Node | undefined): boolean {
  switch (parent?.['type']) {
    case 'MemberExpression':
      return parent['object'] === node || parent['computed'] === true;
    case 'Property':
      return parent['value'] === node;
    case 'ArrowFunctionExpression':
      return parent['body'] === node;
    case 'CallExpression':
    case 'NewExpression':
    case 'AssignmentExpression':
    case 'BinaryExpression':
    case 'ConditionalExpression':
    case 'ReturnStatement':
    case 'VariableDeclarator':
      return parent['id'] !== node;
    default:
      return false;
  }
}

function nameOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  if (value['type'] === 'Identifier') return String(value['name']);
  if (value['type'] !== 'MemberExpression' || value['computed'] === true) return undefined;
  const object = nameOf(value['object']);
  const property = nameOf(value['property']);
  if (object === undefined || property === undefined) return undefined;
  return `${object}.${property}`.replace(/^globalThis\./, '');
}

function literal(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  if (value['type'] === 'TSLiteralType') return literal(value['literal']);
  return value['type'] === 'Literal' && typeof value['value'] === 'string' ? value['value'] : undefined;
}

function walk(value: unknown, parent: Node | undefined, visit: (node: Node, parent: Node | undefined) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, parent, visit);
    return;
  }
  if (!isNode(value)) return;
  visit(value, parent);
  for (const child of Object.values(value)) if (typeof child === 'object') walk(child, value, visit);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}
