/**
 * Runs contenders one after the other, round after round, so that whatever slows the machine down slows all of them;
 * what is told is the median of the ratios within a round. Who did less than the others is no contender.
 */
import type { Arena, Template } from './arena.ts'

/** `rows` are the rows that moved; `notes` are further figures of the run. */
export type Sample = Readonly<{ ms: number; rows: number; notes?: Readonly<Record<string, number>> }>

export type Contender = Readonly<{
  name: string
  template: Template
  /** Times its own work on the fresh copy; what it prepares and checks is its own affair. */
  run: (url: string) => Promise<Sample>
}>

export type Samples = ReadonlyMap<string, readonly Sample[]>

export type Spread = Readonly<{ median: number; low: number; high: number }>

export async function interleave(arena: Arena, contenders: readonly Contender[], rounds: number): Promise<Samples> {
  const samples = new Map<string, Sample[]>(contenders.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    // Each round begins with another one, or the first would always meet the coldest machine.
    const turn = round % contenders.length
    for (const contender of [...contenders.slice(turn), ...contenders.slice(0, turn)])
      samples.get(contender.name)?.push(await arena.fresh(contender.template, contender.run))
  }
  return samples
}

/** Throws where two contenders moved different numbers of rows: their times could not be compared. */
export function requireSameWork(samples: Samples): void {
  const moved = [...samples].map(([name, runs]) => `${name}: ${[...new Set(runs.map(({ rows }) => rows))].join(', ')}`)
  const counts = new Set([...samples.values()].flat().map(({ rows }) => rows))
  if (counts.size > 1) throw new Error(`the contenders moved different numbers of rows: ${moved.join('; ')}`)
}

export function samplesOf(samples: Samples, name: string): readonly Sample[] {
  const found = samples.get(name)
  if (found === undefined) throw new RangeError(`no contender is called ${name}`)
  return found
}

/** Milliseconds per 1,000 moved rows. */
const pace = ({ ms, rows }: Sample): number => (ms / rows) * 1000

/** The pace of `name` over that of `base`, round by round. */
export function ratio(samples: Samples, name: string, base: string): Spread {
  const bases = samplesOf(samples, base)
  return spread(
    samplesOf(samples, name).flatMap((sample, round) => {
      const other = bases[round]
      return other === undefined ? [] : [pace(sample) / pace(other)]
    }),
  )
}

export const paceSpread = (samples: Samples, name: string): Spread => spread(samplesOf(samples, name).map(pace))

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0), high: quantile(sorted, 1) }
}

/** Of ascending values, with the nearest rank; the median of an even number is the mean of the middle two. */
export function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1)
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
  if (below === undefined || above === undefined) throw new RangeError('a quantile of nothing')
  return below + (above - below) * (place - Math.floor(place))
}
