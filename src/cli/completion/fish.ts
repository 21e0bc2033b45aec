/** Completion of fish. */
export function fishScript(): string {
  return `# fish completion of edge-vm. Load it: edge-vm completion fish | source
function __edge_vm_complete
    # fish 4 replaces variables in the words; older versions do not have this option.
    set -l words (commandline -xpc 2>/dev/null; or commandline -opc)
    set -l current (commandline -ct)
    set words (string replace -r -- '^~(?=/|$)' $HOME $words)
    set -l program $words[1]
    type -q $program; or set program edge-vm
    set -l prefix (string match -r -- '^-[^=]*=' $current)
    set -l typed (string replace -- "$prefix" '' $current)
    for line in ($program __complete $words[2..] $current 2>/dev/null)
        switch $line
            case ':0'
                for path in (__fish_complete_path $typed)
                    echo -- "$prefix$path"
                end
            case ':16'
                for path in (__fish_complete_directories $typed)
                    echo -- "$prefix$path"
                end
            case ':*'
            case '*'
                echo -- "$prefix$line"
        end
    end
end
complete -c edge-vm -f -a '(__edge_vm_complete)'
complete -c kubectl-edge_vm -f -a '(__edge_vm_complete)'`;
}
