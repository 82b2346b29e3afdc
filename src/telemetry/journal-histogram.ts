/** A histogram whose counts come from the journal as sums: observing every run of years at each scrape would be slow. */
import { Histogram } from 'prom-client'

/** `bucket`: index of the first bound that is not below the values; the number of bounds for those above all. */
export type BucketCount = Readonly<{ bucket: number; count: number; sum: number }>

export class JournalHistogram extends Histogram<string> {
  readonly #bounds: readonly number[]
  readonly #counts = new Map<string, BucketCount[]>()

  constructor(configuration: ConstructorParameters<typeof Histogram<string>>[0] & { buckets: number[] }) {
    super(configuration)
    this.#bounds = configuration.buckets
  }

  add(policy: string, counted: BucketCount): void {
    this.#counts.set(policy, [...(this.#counts.get(policy) ?? []), counted])
  }

  override async get() {
    const empty = await super.get()
    const values = [...this.#counts].flatMap(([policy, counts]) => this.#valuesOf(policy, counts))
    return { ...empty, values }
  }

  /** What the registry asks for when it makes a text; the type definitions do not know it. */
  getForPromString() {
    return this.get()
  }

  /** Buckets are cumulative: each holds what the ones before it hold. */
  #valuesOf(policy: string, counts: readonly BucketCount[]) {
    const upTo = (at: number) => counts.filter(({ bucket }) => bucket <= at).reduce((sum, { count }) => sum + count, 0)
    const all = upTo(Number.POSITIVE_INFINITY)
    const buckets = [...this.#bounds.map((le, at) => ({ le, value: upTo(at) })), { le: '+Inf', value: all }]
    const name = 'mothball_run_duration_seconds'
    return [
      ...buckets.map(({ le, value }) => ({ value, labels: { policy, le }, metricName: `${name}_bucket` })),
      { value: counts.reduce((sum, each) => sum + each.sum, 0), labels: { policy }, metricName: `${name}_sum` },
      { value: all, labels: { policy }, metricName: `${name}_count` },
    ]
  }
}
