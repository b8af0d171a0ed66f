/* platforms.S: the descriptions in this program. */
	.section .rodata
	.global custody_platform_wecom
	.global custody_platform_wecom_end
	.balign 16
custody_platform_wecom:
	.incbin "exporters/platforms/wecom.json"
custody_platform_wecom_end:
	.byte 0
	.section .note.GNU-stack,"",%progbits
