/**
 * The related rows: one INSERT ... SELECT per table for a range of customers. Nothing is read from another table except
 * where a row must agree with it (an instalment with its plan, a contact update with its customer). Ordered, so that
 * identity keys come out the same however the ranges are cut. No row is older than its customer or lies in the future.
 */
import { formatPhone, phone } from './sample-customers.ts'
import * as names from './sample-names.ts'
import {
  CREATED,
  dayWithin,
  instant,
  PEOPLE,
  pick,
  ROW_KEY,
  roll,
  type Statement,
  workingHour,
} from './sample-people.ts'

/** Never before the customer; on the customer's first day, five minutes later. */
const sinceCreated = (daysAgo: string, topic: string): string =>
  `greatest(${workingHour(daysAgo, roll(ROW_KEY, topic))}, ${CREATED} + interval '5 minutes')`

const agent = (key: string): string => `1 + floor(24 * ${roll(key, 'agent')})::int`

export const aods: Statement = (people, unit) => ({
  text: `${PEOPLE}
  insert into public.nic_cc_aod (customer_id, status, amount, debit_day, updated_at, created_at)
  select id,
    case when active_aod and k = aods then 'active'
      when ${roll(ROW_KEY, 'aod status')} < 0.8 then 'settled' else 'cancelled' end,
    250 + round((9000 * power(${roll(ROW_KEY, 'aod amount')}, 2))::numeric, 2),
    (array[1, 15, 25, 28])[1 + floor(4 * ${roll(ROW_KEY, 'aod day')})::int],
    ${instant(unit, sinceCreated('day / 2 + 1', 'aod hour'))}, ${instant(unit, sinceCreated('day', 'aod hour'))}
  from person, generate_series(1, aods) as k, lateral (select ${dayWithin('1', 'aod')} as day) as at
  order by id, k`,
  values: people,
})

/** An open plan is current or in arrears; a completed one began early enough to have no instalment ahead. */
export const paymentPlans: Statement = (people, unit) => ({
  text: `${PEOPLE}, plan as (
    select *, unpaid and k = plans as open, 1 + floor(5 * ${roll(ROW_KEY, 'installments')})::int as installments
    from person, generate_series(1, plans) as k
  ), dated as (
    select *, case when open then 1 + floor(least(age, 30 * installments + 45) * ${roll(ROW_KEY, 'start')})::int
      else ${dayWithin('36', 'start')} end as day
    from plan
  )
  insert into public.nic_cc_payment_plan 
    (customer_id, status, total_amount, installments, interval_days, start_date, created_at)
  select id, case when not open then 'completed' when ${roll(ROW_KEY, 'broken')} < 0.35 then 'broken' else 'active' end,
    installments * (100 + round((1400 * power(${roll(ROW_KEY, 'plan amount')}, 2))::numeric, 2)), installments,
    case when open or day > 30 * installments then 30 when day > 14 * installments then 14 else 7 end,
    (now() at time zone 'UTC')::date - day, ${instant(unit, sinceCreated('day', 'plan hour'))}
  from dated order by id, k`,
  values: people,
})

/** Of an open plan the last instalment is never paid, of a broken one only the first. */
export const installments: Statement = ([seed, first, last], unit) => ({
  text: `with due as (
    select p.*, k, p.start_date + k * p.interval_days as due_date, (now() at time zone 'UTC')::date as today
    from public.nic_cc_payment_plan as p, generate_series(1, p.installments) as k
    where p.customer_id between $2 and $3
  ), judged as (
    select *, case when status = 'completed' then 'paid'
      when due_date < today and k < installments and (status = 'active' or k = 1) then 'paid'
      when due_date < today then 'overdue' else 'pending' end as state
    from due
  )
  insert into public.nic_cc_installment 
    (customer_id, payment_plan_id, number, status, due_date, amount, paid_at, created_at)
  select customer_id, id, k, state, due_date, total_amount / installments,
    case when state = 'paid' then ${instant(unit, workingHour('today - due_date', roll('id * 8 + k', 'paid')))} end,
    created_at
  from judged order by id, k`,
  values: [seed, first, last],
})

/** The last call of an old customer is more than 30 days ago, unless someone is in touch by telephone. */
export const callLog: Statement = (people, unit) => ({
  text: `${PEOPLE}
  insert into public.nic_cc_call_log (customer_id, agent_id, direction, outcome, duration_seconds, remark, created_at)
  select id, ${agent(ROW_KEY)}, case when ${roll(ROW_KEY, 'direction')} < 0.7 then 'outbound' else 'inbound' end,
    ${pick(6, ROW_KEY, 'outcome')}, 5 + floor(600 * power(${roll(ROW_KEY, 'duration')}, 3))::int,
    case when ${roll(ROW_KEY, 'remarked')} < 0.3 then ${pick(7, ROW_KEY, 'remark')} end,
    ${instant(unit, sinceCreated('day', 'call hour'))}
  from person, generate_series(1, calls) as k, lateral (
    select case when old and recent_call and k = calls then 1 + floor(27 * ${roll(ROW_KEY, 'recent call')})::int
      when old then ${dayWithin('31', 'call')} else ${dayWithin('1', 'call')} end as day
  ) as at
  order by id, k`,
  values: [...people, names.CALL_OUTCOMES, names.CALL_REMARKS],
})

/** Those ahead lie 1 to 28 days ahead; the others are behind us. */
export const followUps: Statement = (people, unit) => ({
  text: `${PEOPLE}, dated as (
    select *, upcoming and k = follow_ups as ahead, ${dayWithin('1', 'follow-up')} as day,
      1 + floor(28 * ${roll(ROW_KEY, 'days ahead')})::int as days_ahead, ${roll(ROW_KEY, 'follow-up status')} as luck
    from person, generate_series(1, follow_ups) as k
  ), timed as (
    select *, case when ahead then ${workingHour('-days_ahead', roll(ROW_KEY, 'follow-up hour'))}
        else ${sinceCreated('day', 'follow-up hour')} end as scheduled_at,
      ${sinceCreated('case when ahead then least(age, 3) else least(age, day + 5) end', 'follow-up made')} as made_at
    from dated
  )
  insert into public.nic_cc_follow_up (customer_id, agent_id, scheduled_at, status, reason, created_at)
  select id, ${agent(ROW_KEY)}, ${instant(unit, 'scheduled_at')},
    case when ahead then 'scheduled' when luck < 0.7 then 'completed' when luck < 0.9 then 'missed' else 'cancelled' end,
    ${pick(6, ROW_KEY, 'reason')}, ${instant(unit, 'least(made_at, scheduled_at)')}
  from timed order by id, k`,
  values: [...people, names.FOLLOW_UP_REASONS],
})

/** The first update of a customer is the mobile number, the second the e-mail address; the new value is today's. */
export const contactUpdates: Statement = (people, unit) => ({
  text: `${PEOPLE}, contact as (
    select person.*, c.mobile, c.email, ${phone('c.id + 77777')} as former
    from person join public.nic_cc_customer as c using (id)
  )
  insert into public.nic_cc_contact_update_history (customer_id, agent_id, field, old_value, new_value, created_at)
  select id, ${agent(ROW_KEY)}, case when k = 1 then 'mobile' else 'email' end,
    case when k = 1 then ${formatPhone(pick(6, ROW_KEY, 'former format'), 7, 'former')}
      else 'no.longer' || id || '@example.com' end,
    case when k = 1 then mobile else email end, ${instant(unit, sinceCreated(dayWithin('1', 'update'), 'update hour'))}
  from contact, generate_series(1, updates) as k
  order by id, k`,
  values: [...people, names.MOBILE_FORMATS, names.MOBILE_PREFIXES],
})
