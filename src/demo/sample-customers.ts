/**
 * The customers themselves: who they are, how they are reached, what they owe. Each column is one named piece of SQL over
 * `person` (sample-people.ts). Telephone and policy numbers are written the way people write them: in several formats.
 */
import * as names from './sample-names.ts'
import { CREATED, dayWithin, instant, PEOPLE, pick, roll, type Statement, workingHour } from './sample-people.ts'

/** $6 and on, in the order in which the pieces below refer to them. */
const LISTS = [
  names.FIRST_NAMES,
  names.SURNAMES,
  names.EMAIL_DOMAINS,
  names.MOBILE_FORMATS,
  names.MOBILE_PREFIXES,
  names.POLICY_FORMATS,
  names.LINES_OF_BUSINESS,
  names.PROVINCES,
  names.PREFERRED_TIMES,
]

/** Neighbours in number are far apart; up to 180,000 customers no number comes twice, except within a household. */
export const phone = (key: string): string => `mod((${key}) * 111247 + mod($1::bigint, 180000) + 180000, 180000)`

/** SQL for the text of a phone() in the format that is given as SQL, with the list of prefixes bound as $n. */
export const formatPhone = (format: string, n: number, number: string): string => {
  const prefix = `($${n}::text[])[1 + ${number} / 9000]`
  return `format(${format}, ${prefix}, substr(${prefix}, 2), 1000 + ${number} % 9000)`
}

const HOUSEHOLD = `id - (${roll('id', 'household')} < 0.01)::int`

const EMAIL = `case when ${roll('id', 'no e-mail')} > 0.04 then
    regexp_replace(translate(lower(first_name || '.' || surname), '${names.ACCENTED}', '${names.PLAIN}'), '[^a-z.]', '', 'g')
    || floor(1000 * ${roll('id', 'e-mail')})::int || '@' || ${pick(8, 'id', 'domain')} end`

const MOBILE = formatPhone(pick(9, 'id', 'mobile format'), 10, 'phone')

const POLICY_YEAR = `2012 + floor(12 * ${roll('id', 'policy year')})::int`
const POLICY_NUMBER = `format(${pick(11, 'id', 'policy format')}, ${POLICY_YEAR},
    lpad(mod(id * 6180339, 10000000)::text, 7, '0'))`

/** Those who still owe, owe 150 to 18,150; most of the others nothing. */
const AMOUNT_DUE = `round(case when active_aod or unpaid or not old then 150 + 18000 * power(${roll('id', 'amount')}, 3)
    else 900 * greatest(0, ${roll('id', 'amount')} - 0.6) end::numeric, 2)`

const ACCOUNT_STATUS = `case when unpaid then 'in_arrears' when active_aod then 'arranged'
    when old then 'settled' else 'open' end`

const TAGS = `case width_bucket(${roll('id', 'tag')}, array[0.05, 0.12]) when 0 then '{vip}'
    when 1 then '{debit-order,paperless}' else '{}' end::text[]`

const NOTES = `case when ${roll('id', 'note')} < 0.35 then
    jsonb_build_object('preferred_time', ${pick(14, 'id', 'time')}, 'attempts', calls) end`

/** Between the customer's first day and a month ago. */
const since = (topic: string): string =>
  `greatest(${workingHour(dayWithin('least(age, 31)', topic, 'id'), roll('id', `${topic} hour`))}, ${CREATED})`

export const customers: Statement = (people, unit) => ({
  text: `${PEOPLE}, named as (
    select *, ${pick(6, 'id', 'first name')} as first_name, ${pick(7, 'id', 'surname')} as surname,
      ${phone(HOUSEHOLD)} as phone
    from person
  )
  insert into public.nic_cc_customer (id, name, email, mobile, policy_number,
    amount_due, line_of_business, agent_id, province,
    account_status, do_not_call, tags, notes,
    last_payment_at, created_at, updated_at)
  select id, first_name || ' ' || surname, ${EMAIL}, ${MOBILE}, ${POLICY_NUMBER},
    ${AMOUNT_DUE}, ${pick(12, 'id', 'line')}, 1 + floor(24 * ${roll('id', 'agent')})::int, ${pick(13, 'id', 'province')},
    ${ACCOUNT_STATUS}, ${roll('id', 'do not call')} < 0.02, ${TAGS}, ${NOTES},
    case when plans > 0 then ${instant(unit, since('paid'))} end, ${instant(unit, CREATED)}, ${instant(unit, since('updated'))}
  from named order by id`,
  values: [...people, ...LISTS],
})
