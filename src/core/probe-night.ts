/** Readings of probes, and what they come to on each day. */
import { type ProbeNight, quantileOfSorted } from './statistics.ts'

/** A probe before or after one run. */
export type ProbeReading = Pick<ProbeNight, 'day' | 'probe' | 'phase'> &
  Readonly<{ durationsMs: readonly number[]; buffers: number | null }>

/**
 * By day, probe and phase, `before` first; quantiles over all timings of a day together. A year has thousands of groups:
 * each is sorted once, and without a function that compares.
 */
export function probeNights(readings: readonly ProbeReading[]): readonly ProbeNight[] {
  const groups = Map.groupBy(readings, ({ day, probe, phase }) => `${day} ${phase} ${probe}`)
  return [...groups.values()]
    .flatMap(nightOf)
    .sort((a, b) => inOrder(a.day, b.day) || inOrder(a.probe, b.probe) || inOrder(b.phase, a.phase))
}

function nightOf(readings: readonly ProbeReading[]): readonly ProbeNight[] {
  const [first] = readings
  const durations = sorted(readings.flatMap(({ durationsMs }) => durationsMs))
  const [p50Ms, p95Ms] = [quantileOfSorted(durations, 0.5), quantileOfSorted(durations, 0.95)]
  if (first === undefined || p50Ms === null || p95Ms === null) return []
  const buffers = quantileOfSorted(sorted(readings.flatMap((each) => each.buffers ?? [])), 0.5)
  const { day, probe, phase } = first
  const samples = durations.length
  return [{ day, probe, phase, samples, p50Ms, p95Ms, buffers: buffers === null ? null : Math.round(buffers) }]
}

const sorted = (values: readonly number[]): Float64Array => Float64Array.from(values).sort()

const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
