/** Foreign keys as findings name them. */
import { sameTable, tableText } from '../names.ts'
import type { ForeignKey } from '../table.ts'
import { nameText, tableNameText } from './statement.ts'

/** A constraint's name is its own within its table only. */
export const isSameKey = (a: ForeignKey, b: ForeignKey): boolean => a.name === b.name && sameTable(a.table, b.table)

/** `crm.invoice.invoice_customer_id_fkey`. */
export const keyName = (key: ForeignKey): string => `${tableText(key.table)}.${key.name}`

/** `invoice (customer_id) references customer (id) on delete cascade`. */
export const keyText = ({ table, columns, target, references, onDelete }: ForeignKey): string =>
  `${tableText(table)} (${columns.join(', ')}) references ${tableText(target)} (${references.join(', ')}) on delete ${onDelete}`

export const dropKeyText = (key: ForeignKey): string =>
  `alter table ${tableNameText(key.table)} drop constraint ${nameText(key.name)};`
