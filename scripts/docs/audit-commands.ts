/** Words about `mothball audit`, for `command-words.ts`. */

const READS = 'Reads only.'

export const AUDIT_COMMANDS = {
  audit: { notes: 'Without a further word: `list`.', examples: ['mothball audit'] },
  'audit list': {
    notes: `${READS} Entries of every policy. \`--before\` pages on.`,
    examples: ['mothball audit list --limit 20'],
  },
  'audit verify': {
    notes:
      `${READS} Exit 5 when an entry was edited, removed or inserted, or a checkpoint does not say what was signed. What is ` +
      'cut off at the end is found only with heads that were noted elsewhere: those in `audit.heads`, or `--head`. What ' +
      'was noted before the last checkpoint is behind it: give `--head` a later one. ' +
      '[Keep the audit log](../how-to/keep-the-audit-log.md).',
    examples: ['mothball audit verify', 'mothball audit verify --head a91e03bb52c7'],
  },
  'audit publish': {
    notes:
      'Into `audit.heads`, else beside the cold files; a file for each head, none written over. For cron, once a day.',
    examples: ['mothball audit publish'],
  },
  'audit prune': {
    notes:
      'Walks the whole chain first, and needs `audit.signing`. Asks; without a terminal it needs `--yes`. Only for the ' +
      'owner of the journal: no role of `doctor --grants` may delete from the log.',
    examples: ['mothball audit prune --before 2024-11-26 --reason "two years are over" --yes'],
  },
}
