/**
 * What is known of each sample customer before a row is written: age, whether somebody is still in touch, and how many
 * related rows there will be. All of it is a function of the customer's number, the seed and the size, so rows do
 * not depend on how the work is cut. The days around the 60th are left out: a customer is 61 days old or older, or 59 or
 * younger, and exactly a fifth (rounded) is young whatever the hour.
 */
import type { SampleOptions, SampleUnit } from './sample-tables.ts'

/** Values $1 to $5, which PEOPLE needs in every statement that starts with it. Further values are $6 and on. */
export type PeopleValues = readonly [seed: number, first: number, last: number, old: number, customers: number]

/** The statement that fills one table for a range of customers. */
export type Statement = (people: PeopleValues, unit: SampleUnit) => BoundStatement

export type BoundStatement = Readonly<{ text: string; values: readonly unknown[] }>

const OLD_SHARE = 0.8

/** The first five values for the customers numbered `first` to `last`, both included. */
export const peopleValues = (options: SampleOptions, first: number, last: number): PeopleValues => [
  options.seed,
  first,
  last,
  Math.round(options.customers * OLD_SHARE),
  options.customers,
]

/** SQL for a number from 0 up to 1 that depends on the key (a bigint expression), the topic and the seed ($1) alone. */
export const roll = (key: string, topic: string): string =>
  `((hashint8extended(${key}, hashtextextended('${topic}', $1::bigint)) & 4294967295)::float8 / 4294967296)`

/** SQL for a key of the k-th related row of a customer, for roll(). */
export const ROW_KEY = '(id * 64 + k)'

/** SQL for one word of the text[] bound as $n. */
export const pick = (n: number, key: string, topic: string): string =>
  `($${n}::text[])[1 + floor(${roll(key, topic)} * cardinality($${n}::text[]))::int]`

/** SQL for an instant in working hours (08:00 to 18:00 SAST) so many days before today; from 1 on it is past. */
export const workingHour = (daysAgo: string, fraction: string): string =>
  `(date_trunc('day', now(), 'UTC') - make_interval(secs => 86400 * (${daysAgo}) - 21600 - 36000 * ${fraction}))`

/** SQL for the instant at which a `person` became a customer. */
export const CREATED = workingHour('age', roll('id', 'hour'))

/** SQL for how many days ago: between the customer's first and `until` days ago, more likely an early day. */
export const dayWithin = (until: string, topic: string, key = ROW_KEY): string =>
  `(age - floor((age - ${until}) * power(${roll(key, topic)}, 1.5))::int)`

/** SQL that turns a timestamptz into what the column holds. */
export const instant = (unit: SampleUnit, sql: string): string =>
  unit === 'timestamptz' ? sql : `(extract(epoch from ${sql}) * 1000)::bigint`

/** SQL for 0, 1 or 2: one more for each threshold that the customer's roll is above. */
const count = (topic: string, ...thresholds: readonly number[]): string =>
  thresholds.map((threshold) => `(${roll('id', topic)} > ${threshold})::int`).join(' + ')

/**
 * `person`, one row per customer of the chunk: id, old, age (days), the flags that will keep an old one, and how many
 * rows of each related table there are. `place` runs from 0 (newest) to 1 (oldest) in its part of the table. The
 * center grew: old ages fall off exponentially (240 days), up to three years. `heat` below 1 means that somebody is still
 * in touch: all young ones, and of the old ones fewer the older they are. The flags overlap, as in life. Each step
 * is materialized, or the planner would write every expression out again wherever it is used.
 */
export const PEOPLE = `
with placed as materialized (
  select id, id <= $4::bigint as old,
    case when id <= $4 then ($4 - id + 0.5) / $4 else ($5::bigint - id + 0.5) / ($5 - $4) end::float8 as place
  from generate_series($2::bigint, $3::bigint) as id
), shuffled as materialized (
  select id, old, place + (2 * ${roll('id', 'place')} - 1) * least(place, 1 - place, 0.01) as place from placed
), aged as materialized (
  select id, old,
    case when old then 61 + floor(-240 * ln(1 - 0.9865 * place))::int else 1 + floor(59 * place)::int end as age,
    case when old then ${roll('id', 'heat')} / (0.186 * (1 - place)) else ${roll('id', 'heat')} end as heat
  from shuffled
), flagged as materialized (
  select id, old, age, old and heat >= 1 and ${roll('id', 'quiet')} < 0.055 as quiet,
    heat < 0.513 as active_aod,
    heat between 0.42 and 0.80 as unpaid,
    heat between 0.72 and 1 as recent_call,
    heat < 0.08 or heat between 0.95 and 1 as upcoming
  from aged
), person as materialized (
  select id, old, age, active_aod, unpaid, recent_call, upcoming,
    case when quiet then 0 else least(40, 1 + floor(-2.6 * ln(1 - ${roll('id', 'calls')}))::int) end as calls,
    case when quiet then 0 else greatest(active_aod::int, ${count('aods', 0.6, 0.97)}) end as aods,
    case when quiet then 0 when age < 36 then unpaid::int else greatest(unpaid::int, ${count('plans', 0.04, 0.83)}) end as plans,
    case when quiet then 0 else greatest(upcoming::int, ${count('follow-ups', 0.19, 0.76)}) end as follow_ups,
    case when quiet then 0 else ${count('updates', 0.68, 0.9)} end as updates
  from flagged
)`
