/* texts.S: the texts in this program. */
	.section .rodata
	.global custody_text_verify
	.global custody_text_verify_end
	.global custody_text_format
	.global custody_text_format_end
	.balign 16
custody_text_verify:
	.incbin "archive/VERIFY.txt"
custody_text_verify_end:
	.byte 0
	.balign 16
custody_text_format:
	.incbin "archive/FORMAT.md"
custody_text_format_end:
	.byte 0
	.global custody_text_explain
	.global custody_text_explain_end
	.balign 16
custody_text_explain:
	.incbin "archive/EXPLAIN.txt"
custody_text_explain_end:
	.byte 0
	.section .note.GNU-stack,"",%progbits
