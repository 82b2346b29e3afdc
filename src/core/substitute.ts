/**
 * The values that a configuration takes from outside: `${NAME}` from the environment, `${file:/path}` from a file.
 * Pure: where they come from is a function that is given. Finds every problem at once, each with its field, and
 * lets nothing through but plain data (no prototypes, no cycles), whoever wrote the document.
 */
import type { Problem } from './policy-problems.ts'

/** What a reference stands for, or why it stands for nothing. */
export type Lookup = (reference: Reference) => string | Readonly<{ problem: string }>

export type Reference = Readonly<{ kind: 'variable' | 'file'; name: string }>

/** `reference` where it is what failed. */
export type SubstitutionProblem = Problem & Readonly<{ reference?: Reference }>

export type Substitution = Readonly<{
  /** The document with every reference replaced; where that failed, the text as it was written. */
  value: unknown
  problems: readonly SubstitutionProblem[]
  /** References by the field that holds them, in the document's order. */
  references: ReadonlyMap<string, readonly Reference[]>
}>

/** `$${` is a plain `${`. */
const REFERENCE = /\$\$\{|\$\{([^}]*)\}/g
/** Deeper than any policy: a document beyond it was made to overflow something. */
const MAX_DEPTH = 50

/** Fields are named as `policies[0].age.days`. */
export function substitute(document: unknown, lookup: Lookup): Substitution {
  const problems: SubstitutionProblem[] = []
  const references = new Map<string, readonly Reference[]>()
  const visit = (value: unknown, field: string, above: readonly object[]): unknown => {
    if (typeof value === 'string') return replaced(value, field)
    const problem = valueProblem(value, above)
    if (problem !== null) {
      problems.push({ field, problem })
      return null
    }
    if (value === null || typeof value !== 'object') return value
    const inside = [...above, value]
    if (Array.isArray(value)) return value.map((item, index) => visit(item, `${field}[${index}]`, inside))
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, visit(inner, field === '' ? key : `${field}.${key}`, inside)]),
    )
  }
  const replaced = (text: string, field: string): string => {
    const found: Reference[] = []
    const value = text.replace(REFERENCE, (whole, name: string | undefined) => {
      if (name === undefined) return '${'
      const reference = referenceOf(name)
      found.push(reference)
      const outcome = lookup(reference)
      if (typeof outcome === 'string') return outcome
      problems.push({ field, problem: outcome.problem, reference })
      return whole
    })
    if (found.length > 0) references.set(field, found)
    return value
  }
  return { value: visit(document, '', []), problems, references }
}

const referenceOf = (inner: string): Reference =>
  inner.startsWith('file:') ? { kind: 'file', name: inner.slice('file:'.length) } : { kind: 'variable', name: inner }

function valueProblem(value: unknown, above: readonly object[]): string | null {
  // Some parser has rounded it already.
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return 'is beyond 2^53; write it as a text'
  if (value === null || typeof value !== 'object') return null
  if (above.includes(value)) return 'holds itself'
  if (above.length >= MAX_DEPTH) return `is nested more than ${MAX_DEPTH} deep`
  if (Array.isArray(value)) return null
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype) return 'is not a plain object'
  return Object.hasOwn(value, '__proto__') ? 'has a field __proto__, which no configuration has' : null
}
