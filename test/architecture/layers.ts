/**
 * The layers: a file imports from its own layer or a lower one, folders of the doors' layer never from each other,
 * and no file reaches itself through its imports.
 */
import type { Finding, Source } from './source.ts'

const LAYERS: readonly (readonly string[])[] = [
  ['core'],
  ['sql'],
  ['db'],
  ['engine'],
  ['cold', 'notify', 'jobs', 'http', 'telemetry'],
  ['presets', 'config.ts', 'compose.ts', 'compose-telling.ts', 'fleet.ts', 'index.ts'],
  ['cli', 'demo'],
]

/** The layer whose folders do not know each other. */
const APART = 4

const isTest = (path: string) => path.endsWith('.test.ts')

/** `src/core/plan.ts` -> `core`, `src/index.ts` -> `index.ts`; null outside src. */
function partOf(path: string): string | null {
  const [top, part] = path.split('/')
  return top === 'src' ? (part ?? null) : null
}

const layerOf = (part: string) => LAYERS.findIndex((parts) => parts.includes(part))

function faultOf(from: string, to: string): string | null {
  const [part, target] = [partOf(from), partOf(to)]
  if (part === null) return null
  if (target === null) return isTest(from) ? null : `imports ${to}, which is outside src`
  const [layer, below] = [layerOf(part), layerOf(target)]
  if (below > layer) return `imports ${to}, which is in a higher layer`
  if (layer === APART && below === APART && part !== target) return `imports ${to} sideways`
  return null
}

/** Every import that goes up, sideways or out of src, and every file of src that has no layer. */
export function layerFaults(sources: readonly Source[]): Finding[] {
  return sources.flatMap(({ path, imports }) => {
    const part = partOf(path)
    const homeless = part !== null && layerOf(part) < 0 ? ['is in no layer'] : []
    const faults = [...homeless, ...imports.flatMap((target) => faultOf(path, target) ?? [])]
    return faults.map((fault) => ({ path, fault }))
  })
}

/** Every circle of imports, types included, each once, by the first of its files that is met. */
export function cycles(sources: readonly Source[]): Finding[] {
  const importsOf = new Map(sources.map(({ path, imports }) => [path, imports]))
  const done = new Set<string>()
  const found: Finding[] = []
  const visit = (path: string, trail: readonly string[]) => {
    const start = trail.indexOf(path)
    if (start >= 0) found.push({ path, fault: `imports itself: ${[...trail.slice(start), path].join(' -> ')}` })
    if (start >= 0 || done.has(path)) return
    for (const target of importsOf.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const { path } of sources) visit(path, [])
  return found
}
