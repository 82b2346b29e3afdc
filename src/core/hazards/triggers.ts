/**
 * Triggers and rules of the source tables that fire when rows leave or come home. They can keep a row, change it or do
 * something elsewhere, so each that fires on DELETE needs the policy's word. Our own fires on neither way.
 */
import { type FamilyTable, movedTables } from '../family.ts'
import { type Finding, type Findings, mergeFindings } from '../finding.ts'
import { isHomecoming } from '../homecoming.ts'
import { tableText } from '../names.ts'
import type { Policy } from '../policy.ts'
import type { Trigger } from '../table.ts'
import { type HazardInput, refuse, warn } from './hazard.ts'
import { nameText, tableNameText } from './statement.ts'

export const triggerHazards = ({ policy, family }: HazardInput): Findings =>
  mergeFindings(
    ...movedTables(family).map((table) => {
      const fires = (event: string) => unknownTriggers(policy, table).filter(({ events }) => events.includes(event))
      return mergeFindings(
        refuse(fires('delete').map((trigger) => unaccepted(table, trigger))),
        refuse(table.shape.rules.map((rule) => sourceRule(table, rule))),
        warn(fires('insert').map((trigger) => onRestore(table, trigger))),
      )
    }),
  )

const unknownTriggers = ({ acceptedTriggers }: Policy, table: FamilyTable): readonly Trigger[] =>
  table.shape.triggers.filter(
    (each) => each.enabled && !isHomecoming(each) && !acceptedTriggers.includes(objectText(table, each.name)),
  )

const objectText = ({ shape }: FamilyTable, name: string): string => `${tableText(shape.name)}.${name}`

const disableText = ({ shape }: FamilyTable, name: string): string =>
  `alter table ${tableNameText(shape.name)} disable trigger ${nameText(name)};`

function unaccepted(table: FamilyTable, { name, timing }: Trigger): Finding {
  const object = objectText(table, name)
  return {
    code: 'trigger_unaccepted',
    object,
    message: `the trigger ${object} fires ${timing} each delete, and the policy does not name it`,
    hint: `Add ${JSON.stringify(object)} to acceptedTriggers once you know what it does, or run \`${disableText(table, name)}\`.`,
  }
}

function onRestore(table: FamilyTable, { name, timing }: Trigger): Finding {
  const object = objectText(table, name)
  return {
    code: 'trigger_on_restore',
    object,
    message: `the trigger ${object} fires ${timing} each insert, so also when an archived row comes home`,
    hint: `Make sure that it leaves the row as it was; then add ${JSON.stringify(object)} to acceptedTriggers.`,
  }
}

function sourceRule(table: FamilyTable, rule: string): Finding {
  const object = objectText(table, rule)
  return {
    code: 'source_rule',
    object,
    message: `the rule ${object} rewrites statements on ${tableText(table.shape.name)}`,
    hint: `Drop it with \`drop rule ${nameText(rule)} on ${tableNameText(table.shape.name)};\`.`,
  }
}
