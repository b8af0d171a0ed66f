/* html_style.S: the styles in this program. */
	.section .rodata
	.global custody_chat_css
	.global custody_chat_css_end
	.global custody_report_css
	.global custody_report_css_end
custody_chat_css:
	.incbin "formats/html_chat.css"
custody_chat_css_end:
	.byte 0
custody_report_css:
	.incbin "formats/html_report.css"
custody_report_css_end:
	.byte 0
	.section .note.GNU-stack,"",%progbits
