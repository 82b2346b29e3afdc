/** The words after `mothball demo`, checked before anything is started. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { MothballError } from '../core/errors/index.ts'
import { CONFIG_NAME } from './stage.ts'

export type DemoOptions = Readonly<{
  /** How many customers are made. */
  customers: number
  /** The same seed makes the same customers. */
  seed: number
  foreignKeys: boolean
  /** A free one is taken when null. */
  port: number | null
  keep: boolean
  /** A folder that an earlier demo kept: its server is started again, and nothing else happens. */
  again: string | null
}>

export const DEMO_HELP = `Usage: mothball demo [options]

Starts a PostgreSQL 18 in a folder of its own, fills it with a call center's
customers, archives the old ones step by step, checks everything and brings one
back. Leaves nothing behind.

Options:
  --customers N    how many customers to make, 100 to 5,000,000 (default 10,214)
  --foreign-keys   with real foreign keys between the tables (default: without)
  --seed N         another seed makes other customers (default 1)
  --port N         the server's port (default: a free one)
  --keep           leave the folder with the database when it ends
  --again FOLDER   start the server of a folder that was kept, until Ctrl-C
  --help           this text
`
