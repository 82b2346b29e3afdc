/** Completion scripts, made from the program itself, so that they know every command and option it has. Pure. */
import type { Command } from 'commander'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** A command by its words after `mothball` (none: the program), with what may follow. */
type Node = Readonly<{ words: string; commands: readonly Command[]; command: Command }>

export function completionScript(program: Command, shell: Shell): string {
  const nodes = nodesOf(program, '')
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](nodes)
}

const nodesOf = (command: Command, words: string): readonly Node[] => [
  { words, commands: command.commands, command },
  ...command.commands.flatMap((each) => nodesOf(each, `${words} ${each.name()}`.trim())),
]

const followers = ({ commands, command }: Node, root: Node | undefined): string =>
  [
    ...commands.map((each) => each.name()),
    ...[...command.options, ...(root === undefined || root.command === command ? [] : root.command.options)].flatMap(
      ({ long }) => long ?? [],
    ),
    '--help',
  ].join(' ')

/** `case` branches: the way down to a command, and what may follow it. */
const steps = (nodes: readonly Node[]): string =>
  nodes
    .filter(({ words }) => words !== '')
    .map(({ words }) => `'${words}'`)
    .join('|')

const branches = (nodes: readonly Node[]): string =>
  nodes.map((node) => `    '${node.words}') list='${followers(node, nodes[0])}' ;;`).join('\n')

const bashScript = (
  nodes: readonly Node[],
): string => `# bash completion for mothball: source <(mothball completion bash)
_mothball() {
  local current="\${COMP_WORDS[COMP_CWORD]}" verb='' word list=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${verb:+$verb }$word" in ${steps(nodes)}) verb="\${verb:+$verb }$word" ;; esac
  done
  case "$verb" in
${branches(nodes)}
  esac
  if [[ "\${COMP_WORDS[COMP_CWORD-1]}" == --config ]]; then COMPREPLY=($(compgen -f -- "$current")); return; fi
  COMPREPLY=($(compgen -W "$list" -- "$current"))
}
complete -F _mothball mothball
`

const zshScript = (nodes: readonly Node[]): string => `#compdef mothball
# zsh completion for mothball: mothball completion zsh > "\${fpath[1]}/_mothball"
_mothball() {
  local verb='' word list=''
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${verb:+$verb }$word" in (${steps(nodes)}) verb="\${verb:+$verb }$word" ;; esac
  done
  case "$verb" in
${branches(nodes).replaceAll(/^ {4}'/gm, "    ('")}
  esac
  if [[ "\${words[CURRENT-1]}" == --config ]]; then _files; return; fi
  compadd -- \${=list}
}
if [[ "\${funcstack[1]}" == _mothball ]]; then _mothball "$@"; else compdef _mothball mothball; fi
`

function fishScript(nodes: readonly Node[]): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const lines = nodes.flatMap(({ words, commands, command }) => {
    const parts = words === '' ? [] : words.split(' ')
    const seen = parts.map((each) => `__fish_seen_subcommand_from ${each}`)
    const unseen =
      commands.length > 0 ? `not __fish_seen_subcommand_from ${commands.map((each) => each.name()).join(' ')}` : ''
    const below = [...seen, unseen].filter((each) => each !== '').join('; and ')
    return [
      ...commands.map(
        (each) => `complete -c mothball -n ${quoted(below)} -a ${each.name()} -d ${quoted(each.description())}`,
      ),
      ...command.options.flatMap(({ long, description, required }) =>
        long == null
          ? []
          : [
              `complete -c mothball${seen.length > 0 ? ` -n ${quoted(seen.join('; and '))}` : ''} -l ${long.slice(2)}${required ? ' -r' : ''} -d ${quoted(description)}`,
            ],
      ),
    ]
  })
  return `# fish completion for mothball: mothball completion fish > ~/.config/fish/completions/mothball.fish\ncomplete -c mothball -f\n${lines.join('\n')}\n`
}
