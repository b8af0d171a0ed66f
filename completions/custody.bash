# bash completion of custody: the program itself knows its commands, options, formats and tenants.
_custody()
{
	local IFS=$'\n'
	COMPREPLY=($("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
	[[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} != *, ]] || compopt -o nosort 2>/dev/null
}
complete -o bashdefault -o default -F _custody custody
