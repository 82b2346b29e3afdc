/**
 * Rows that are unusual and yet legal, so that nobody meets them for the first time in production: no e-mail, quotes and
 * line ends in a name, the limits of numeric(12,2), JSON numbers that no double holds, an emoji, a note that is stored
 * out of line. They are the oldest customers. And one customer with a name and number that the tutorial can look for.
 */
import { type BoundStatement, PEOPLE, peopleValues } from './sample-people.ts'
import type { SampleOptions } from './sample-tables.ts'

type Odd = Readonly<{
  id: number
  name?: string
  email?: string | null
  mobile?: null
  amount_due?: string
  agent_id?: null
  tags?: readonly (string | null)[]
  notes?: string
}>

const ODD_CUSTOMERS: readonly Odd[] = [
  { id: 1, name: "Zoë Anne-Maré O'Brien-D'Almeida", email: null },
  { id: 2, amount_due: '9999999999.99', notes: '{"balance": 12345678901234567890.123456789012345678, "rate": 1e-30}' },
  { id: 3, amount_due: '-9999999999.99', mobile: null, notes: 'null' },
  { id: 4, name: 'Tshegofatšo Müller', notes: '{"remark": "Paid in full 🎉 baie dankie 👨‍👩‍👧 ngiyabonga"}' },
  { id: 5, name: 'Thabo "TK" Mokoena\\Sons\n(second line)', tags: ['a, b', '"c"', '', null] },
  { id: 6, name: '=2+3 Trading CC', email: '', agent_id: null },
  { id: 7, name: '<b>Bold</b> & Sons', amount_due: '0.01' },
  { id: 8, name: `${'Nkosinathi '.repeat(30)}Jansen van Vuuren` },
]

/** 160 kB of md5, which doesn't compress: it goes to the TOAST table. */
const LONG_NOTE_ID = 9

/** Changes those of the odd customers that exist; a key that is absent above keeps its value. */
export const oddCustomers = (): BoundStatement => ({
  text: `update public.nic_cc_customer as c set
    name = coalesce(odd ->> 'name', c.name),
    email = case when odd ? 'email' then odd ->> 'email' else c.email end,
    mobile = case when odd ? 'mobile' then null else c.mobile end,
    amount_due = coalesce((odd ->> 'amount_due')::numeric, c.amount_due),
    agent_id = case when odd ? 'agent_id' then null else c.agent_id end,
    tags = case when odd ? 'tags' then array(select jsonb_array_elements_text(odd -> 'tags')) else c.tags end,
    notes = case when c.id = $2::bigint
        then (select jsonb_build_object('history', string_agg(md5(n::text), '')) from generate_series(1, 5000) as n)
      when odd ? 'notes' then (odd ->> 'notes')::jsonb else c.notes end
  from jsonb_array_elements($1::jsonb) as odd
  where c.id = (odd ->> 'id')::bigint`,
  values: [JSON.stringify([...ODD_CUSTOMERS, { id: LONG_NOTE_ID }]), LONG_NOTE_ID],
})

/** Where the search for an inactive customer with every kind of related row begins: a share of the old ones. */
const TOUR_STARTS_AT = 0.675
const TOUR_SEARCHES = 2_000

/** The one customer with the number 082 555 0142: inactive, older than 60 days, with history of every kind. */
export const tourCustomer = (options: SampleOptions): BoundStatement => {
  const start = Math.max(1, Math.floor(peopleValues(options, 0, 0)[3] * TOUR_STARTS_AT))
  const people = peopleValues(options, start, Math.min(start + TOUR_SEARCHES, options.customers))
  return {
    text: `${PEOPLE}, chosen as (
      select id from person
      where old and not (active_aod or unpaid or recent_call or upcoming)
        and least(calls, aods, plans, follow_ups, updates) > 0
      order by id limit 1
    ), renamed as (
      update public.nic_cc_customer as c set name = $6, email = $7, mobile = $8 from chosen where c.id = chosen.id
      returning c.id
    )
    update public.nic_cc_contact_update_history as h set new_value = case field when 'mobile' then $8 else $7 end
    from renamed where h.customer_id = renamed.id`,
    values: [...people, 'Nomsa Dlamini', 'nomsa.dlamini@example.com', '082 555 0142'],
  }
}
