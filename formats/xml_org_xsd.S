/* xml_org_xsd.S: the schema in this program. */
	.section .rodata
	.global custody_departments_xsd
	.global custody_departments_xsd_end
	.balign 16
custody_departments_xsd:
	.incbin "formats/departments.xsd"
custody_departments_xsd_end:
	.byte 0
	.section .note.GNU-stack,"",%progbits
