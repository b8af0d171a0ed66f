/*
 * lazy_asm.h: how the stand-ins of functions look (lazy.h), on amd64 and arm64.  Included by what cmake/lazy.sh makes:
 *	LAZY_TABLE n		the table of n places
 *	LAZY_LIBRARY soname	then, for each of its functions, LAZY name, index; then LAZY_END
 * All registers that can hold an argument reach the function as they were, also those of variadic calls and doubles; vectors wider than 16 bytes
 * would not, at the first call of a library.
 */
#if defined(__aarch64__)
#define LAZY_PAGE	65536	/* the largest of its kernels */
#else
#define LAZY_PAGE	4096
#endif

	.macro LAZY_LIBRARY soname
	.section .rodata.lazy, "a", %progbits
	.asciz "\soname"
	.endm

	.macro LAZY_END
	.section .rodata.lazy, "a", %progbits
	.byte 0
	.endm

	.macro LAZY_BEGIN name
	.section .rodata.lazy, "a", %progbits
	.asciz "\name"
	.text
	.balign 16
	.globl \name
	.hidden \name
	.type \name, %function
\name:
	.cfi_startproc
	.endm

	.macro LAZY_TABLE n
	.hidden lazy_find
	.globl lazy_names
	.hidden lazy_names
	.section .rodata.lazy, "a", %progbits
lazy_names:
	.globl lazy_table
	.hidden lazy_table
	.globl lazy_table_end
	.hidden lazy_table_end
	.section .data.rel.ro, "aw", %progbits
	.balign LAZY_PAGE
lazy_table:
	.rept \n
	.quad lazy_first
	.endr
	.balign LAZY_PAGE
lazy_table_end:
	.endm

#if defined(__x86_64__)
	.macro LAZY name, index
	LAZY_BEGIN \name
	endbr64
	movl $\index, %r11d
	jmp *lazy_table+8*\index(%rip)
	.cfi_endproc
	.size \name, . - \name
	.endm

	.text
	.globl lazy_first
	.hidden lazy_first
	.type lazy_first, %function
lazy_first:
	.cfi_startproc
	endbr64
	pushq %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq %rsp, %rbp
	.cfi_def_cfa_register %rbp
	subq $192, %rsp
	movq %rax, (%rsp)	/* how many doubles a variadic call has */
	movq %rdi, 8(%rsp)
	movq %rsi, 16(%rsp)
	movq %rdx, 24(%rsp)
	movq %rcx, 32(%rsp)
	movq %r8, 40(%rsp)
	movq %r9, 48(%rsp)
	movq %r10, 56(%rsp)
	movaps %xmm0, 64(%rsp)
	movaps %xmm1, 80(%rsp)
	movaps %xmm2, 96(%rsp)
	movaps %xmm3, 112(%rsp)
	movaps %xmm4, 128(%rsp)
	movaps %xmm5, 144(%rsp)
	movaps %xmm6, 160(%rsp)
	movaps %xmm7, 176(%rsp)
	movl %r11d, %edi
	call lazy_find
	movq %rax, %r11
	movq (%rsp), %rax
	movq 8(%rsp), %rdi
	movq 16(%rsp), %rsi
	movq 24(%rsp), %rdx
	movq 32(%rsp), %rcx
	movq 40(%rsp), %r8
	movq 48(%rsp), %r9
	movq 56(%rsp), %r10
	movaps 64(%rsp), %xmm0
	movaps 80(%rsp), %xmm1
	movaps 96(%rsp), %xmm2
	movaps 112(%rsp), %xmm3
	movaps 128(%rsp), %xmm4
	movaps 144(%rsp), %xmm5
	movaps 160(%rsp), %xmm6
	movaps 176(%rsp), %xmm7
	leave
	.cfi_def_cfa %rsp, 8
	jmp *%r11
	.cfi_endproc
	.size lazy_first, . - lazy_first

#elif defined(__aarch64__)
	.macro LAZY name, index
	LAZY_BEGIN \name
	hint #34		/* bti c */
	mov w17, #\index
	adrp x16, lazy_table+8*\index
	add x16, x16, :lo12:lazy_table+8*\index
	ldar x16, [x16]		/* what the library's opening wrote is seen, too */
	br x16
	.cfi_endproc
	.size \name, . - \name
	.endm

	.text
	.globl lazy_first
	.hidden lazy_first
	.type lazy_first, %function
lazy_first:
	.cfi_startproc
	hint #34
	stp x29, x30, [sp, #-224]!
	.cfi_def_cfa_offset 224
	.cfi_offset 29, -224
	.cfi_offset 30, -216
	mov x29, sp
	stp x0, x1, [sp, #16]
	stp x2, x3, [sp, #32]
	stp x4, x5, [sp, #48]
	stp x6, x7, [sp, #64]
	str x8, [sp, #80]	/* where a structure is returned */
	stp q0, q1, [sp, #96]
	stp q2, q3, [sp, #128]
	stp q4, q5, [sp, #160]
	stp q6, q7, [sp, #192]
	mov w0, w17
	bl lazy_find
	mov x16, x0
	ldp q6, q7, [sp, #192]
	ldp q4, q5, [sp, #160]
	ldp q2, q3, [sp, #128]
	ldp q0, q1, [sp, #96]
	ldr x8, [sp, #80]
	ldp x6, x7, [sp, #64]
	ldp x4, x5, [sp, #48]
	ldp x2, x3, [sp, #32]
	ldp x0, x1, [sp, #16]
	ldp x29, x30, [sp], #224
	.cfi_restore 29
	.cfi_restore 30
	.cfi_def_cfa_offset 0
	br x16
	.cfi_endproc
	.size lazy_first, . - lazy_first
#else
#error "lazy_asm.h: not known on this processor; build with -DCUSTODY_LAZY=OFF"
#endif
	.section .note.GNU-stack, "", %progbits
