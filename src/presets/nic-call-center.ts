/**
 * The call center's policy as its specification has it: customers older than 60 days, with the six tables that belong
 * to them. Every table and column can have another name, and every field of the policy beside it goes before the
 * preset's own. Related tables are optional: where one is missing the plan says so and goes on.
 */
import { z } from 'zod'
import { MothballError } from '../core/errors/index.ts'
import { issueMessage } from '../core/issue-message.ts'
import { nameProblem, parseTableName } from '../core/names.ts'
import { type PolicyInput, zodProblems } from '../core/policy-schema.ts'

export const NIC_CALL_CENTER = 'nic-call-center'

const TABLES = [
  'nic_cc_customer',
  'nic_cc_aod',
  'nic_cc_payment_plan',
  'nic_cc_installment',
  'nic_cc_call_log',
  'nic_cc_follow_up',
  'nic_cc_contact_update_history',
  'nic_cc_archive_log',
] as const

const COLUMNS = [
  'nic_cc_customer.id',
  'nic_cc_customer.created_at',
  'nic_cc_customer.name',
  'nic_cc_customer.notes',
  'nic_cc_customer.mobile',
  'nic_cc_customer.email',
  'nic_cc_customer.policy_number',
  'nic_cc_aod.customer_id',
  'nic_cc_aod.status',
  'nic_cc_payment_plan.id',
  'nic_cc_payment_plan.customer_id',
  'nic_cc_installment.customer_id',
  'nic_cc_installment.payment_plan_id',
  'nic_cc_installment.status',
  'nic_cc_call_log.customer_id',
  'nic_cc_call_log.created_at',
  'nic_cc_call_log.remark',
  'nic_cc_follow_up.customer_id',
  'nic_cc_follow_up.scheduled_at',
  'nic_cc_follow_up.reason',
  'nic_cc_contact_update_history.customer_id',
  'nic_cc_contact_update_history.old_value',
  'nic_cc_contact_update_history.new_value',
] as const

type PresetTable = (typeof TABLES)[number]
type PresetColumn = (typeof COLUMNS)[number]

const tableText = z.string().superRefine((text, context) => {
  const name = parseTableName(text)
  const problem = name === null ? 'has more than one dot' : (nameProblem(name.schema) ?? nameProblem(name.table))
  if (problem !== null) context.addIssue({ code: 'custom', message: problem })
})
const columnText = z.string().superRefine((text, context) => {
  const problem = nameProblem(text)
  if (problem !== null) context.addIssue({ code: 'custom', message: problem })
})

/** What the preset itself asks; `related` is a field of every policy and needs no mention here. */
export const nicCallCenterSchema = z.strictObject({
  /** `basic`: the age alone decides. `enhanced`: an active AOD, an unpaid instalment, ... keeps a customer. */
  criteria: z.enum(['basic', 'enhanced']).default('enhanced'),
  /** Other names of tables, such as `crm.aod`. */
  tables: z.partialRecord(z.enum(TABLES), tableText).default({}),
  /** Other names of columns, by the preset's own `table.column`. */
  columns: z.partialRecord(z.enum(COLUMNS), columnText).default({}),
})

/** Fields of a policy that may stand beside the preset; `age`, `schedule` and `erasure` are taken field by field. */
export type PolicyOverrides = Partial<Omit<PolicyInput, 'age' | 'schedule' | 'erasure'>> & {
  age?: Partial<PolicyInput['age']> | undefined
  erasure?: PolicyInput['erasure']
  /** Null: it runs when it is told to, and only then. */
  schedule?: Partial<NonNullable<PolicyInput['schedule']>> | null | undefined
}

/** Daily at two in the morning, where the call center is; dry runs until somebody sets the stage. */
const NIGHTLY = { cron: '0 2 * * *', zone: 'Africa/Johannesburg' }

export type NicCallCenterOptions = z.input<typeof nicCallCenterSchema> & PolicyOverrides

/** The policy to be parsed; throws `option_invalid` where the preset's own options are wrong. */
export function nicCallCenter(options: NicCallCenterOptions = {}): PolicyInput {
  const { criteria, tables, columns, age, schedule, erasure, ...overrides } = options
  const own = nicCallCenterSchema.safeParse(definedOf({ criteria, tables, columns }), { error: issueMessage })
  if (!own.success) {
    const problem = zodProblems(own.error, '')
      .map((each) => `${each.field} ${each.problem}`)
      .join('; ')
    throw new MothballError('option_invalid', { option: NIC_CALL_CENTER, problem })
  }
  const planned = schedule === null ? null : { ...NIGHTLY, ...definedOf(schedule ?? {}) }
  const policy = unfold(own.data, age ?? {})
  const erasing = { ...policy.erasure, ...definedOf(erasure ?? {}) }
  return { ...policy, schedule: planned, erasure: erasing, ...definedOf(overrides) }
}

const definedOf = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>

type Names = Readonly<{ table: (name: PresetTable) => string; column: (name: PresetColumn) => string }>
/** What gives the timestamps of all tables their meaning. */
type TimeForm = Partial<Pick<PolicyInput['age'], 'unit' | 'zone'>>

function unfold(
  { criteria, tables, columns }: z.output<typeof nicCallCenterSchema>,
  age: Partial<PolicyInput['age']>,
): PolicyInput {
  const names: Names = {
    table: (name) => tables[name] ?? name,
    column: (name) => columns[name] ?? name.slice(name.indexOf('.') + 1),
  }
  return {
    name: NIC_CALL_CENTER,
    subject: names.table('nic_cc_customer'),
    age: { column: names.column('nic_cc_customer.created_at'), days: 60, ...definedOf(age) },
    relations: relationsOf(names),
    keep: criteria === 'basic' ? [] : keepRulesOf(names, definedOf({ unit: age.unit, zone: age.zone })),
    archivedBy: 'system',
    logTable: names.table('nic_cc_archive_log'),
    search: {
      phone: [names.column('nic_cc_customer.mobile')],
      email: [names.column('nic_cc_customer.email')],
      text: [names.column('nic_cc_customer.policy_number')],
    },
    erasure: { identifying: identifyingOf(names), missing: 'pass' },
  }
}

/** Name, contacts, numbers and free words go; amounts, times, province and status stay for the figures. */
function identifyingOf({ table, column }: Names): NonNullable<NonNullable<PolicyInput['erasure']>['identifying']> {
  const customer = {
    [column('nic_cc_customer.name')]: 'REDACTED',
    [column('nic_cc_customer.email')]: null,
    [column('nic_cc_customer.mobile')]: null,
    [column('nic_cc_customer.policy_number')]: 'REDACTED',
    [column('nic_cc_customer.notes')]: null,
  }
  return {
    [table('nic_cc_customer')]: customer,
    [table('nic_cc_call_log')]: { [column('nic_cc_call_log.remark')]: null },
    [table('nic_cc_follow_up')]: { [column('nic_cc_follow_up.reason')]: null },
    [table('nic_cc_contact_update_history')]: {
      [column('nic_cc_contact_update_history.old_value')]: null,
      [column('nic_cc_contact_update_history.new_value')]: null,
    },
  }
}

/** An instalment names its customer and, where the column is there, its plan. */
function relationsOf({ table, column }: Names): NonNullable<PolicyInput['relations']> {
  const ofCustomer = (name: Exclude<PresetTable, 'nic_cc_customer' | 'nic_cc_archive_log'>) => ({
    name,
    table: table(name),
    columns: [column(`${name}.customer_id`)],
    references: [column('nic_cc_customer.id')],
    optional: true,
  })
  return [
    ofCustomer('nic_cc_aod'),
    ofCustomer('nic_cc_payment_plan'),
    ofCustomer('nic_cc_installment'),
    {
      name: 'nic_cc_installment.payment_plan',
      table: table('nic_cc_installment'),
      columns: [column('nic_cc_installment.payment_plan_id')],
      parent: 'nic_cc_payment_plan',
      references: [column('nic_cc_payment_plan.id')],
      optional: true,
    },
    ofCustomer('nic_cc_call_log'),
    ofCustomer('nic_cc_follow_up'),
    ofCustomer('nic_cc_contact_update_history'),
  ]
}

/** Phase 2 of the specification. NULL is not `paid` either: such an instalment counts as unpaid. */
function keepRulesOf({ column }: Names, time: TimeForm): NonNullable<PolicyInput['keep']> {
  const scheduled = column('nic_cc_follow_up.scheduled_at')
  return [
    {
      name: 'active_aod',
      relation: 'nic_cc_aod',
      where: [{ column: column('nic_cc_aod.status'), operator: '=', value: 'active' }],
    },
    {
      name: 'unpaid_installment',
      relation: 'nic_cc_installment',
      where: [{ column: column('nic_cc_installment.status'), operator: '<>', value: 'paid' }],
    },
    {
      name: 'follow_up',
      relation: 'nic_cc_follow_up',
      where: [
        { column: scheduled, operator: '>=', value: { ago: 0 }, ...time },
        { column: scheduled, operator: '<=', value: { ahead: 30 }, ...time },
      ],
    },
    {
      name: 'recent_call',
      relation: 'nic_cc_call_log',
      where: [{ column: column('nic_cc_call_log.created_at'), operator: '>', value: { ago: 30 }, ...time }],
    },
  ]
}
