/** A histogram whose counts come from the journal as sums: observing every run of years at each scrape would be slow. */
import { Histogram } from 'prom-client'

/** `bucket`: index of the first bound that is not below the values; the number of bounds for those above all. */
export type BucketCount = Readonly<{ bucket: number; count: number; sum: number }>

export class JournalHistogram extends Histogram<string> {
  readonly #bounds: readonly number[]
  readonly #head: Readonly<{ name: string; help: string; type: 'histogram'; aggregator: 'sum' }>
  readonly #counts = new Map<string, BucketCount[]>()

  constructor(configuration: ConstructorParameters<typeof Histogram<string>>[0] & { buckets: number[] }) {
    super(configuration)
    this.#bounds = configuration.buckets
    this.#head = { name: configuration.name, help: configuration.help, type: 'histogram', aggregator: 'sum' }
  }

  add(policy: string, counted: BucketCount): void {
    this.#counts.set(policy, [...(this.#counts.get(policy) ?? []), counted])
  }

  /** What the registry asks for, and what `get` is made of; the type definitions do not know it. */
  getForPromString() {
    const values = [...this.#counts].flatMap(([policy, counts]) => this.#valuesOf(policy, counts))
    return Promise.resolve({ ...this.#head, values })
  }

  /** Buckets are cumulative: each holds what the ones before it hold. */
  #valuesOf(policy: string, counts: readonly BucketCount[]) {
    const upTo = (at: number) => counts.filter(({ bucket }) => bucket <= at).reduce((sum, { count }) => sum + count, 0)
    const all = upTo(Number.POSITIVE_INFINITY)
    const buckets = [...this.#bounds.map((le, at) => ({ le, value: upTo(at) })), { le: '+Inf', value: all }]
    const { name } = this.#head
    return [
      ...buckets.map(({ le, value }) => ({
        value,
        labels: { le },
        sharedLabels: { policy },
        metricName: `${name}_bucket`,
      })),
      {
        value: counts.reduce((sum, each) => sum + each.sum, 0),
        labels: {},
        sharedLabels: { policy },
        metricName: `${name}_sum`,
      },
      { value: all, labels: {}, sharedLabels: { policy }, metricName: `${name}_count` },
    ]
  }
}
