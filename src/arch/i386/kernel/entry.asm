; Where interrupts and exceptions arrive. Each of the 48 vectors has a stub that
; pushes what the CPU did not (an error code) and the vector, saves the registers
; as struct pt_regs (asm/ptrace.h), and calls do_trap or do_IRQ in C.

KERNEL_DS       equ 13 * 8
FIRST_IRQ       equ 32
NR_VECTORS      equ 48

extern do_trap                  ; (struct pt_regs *), traps.c
extern do_IRQ                   ; (struct pt_regs *), irq.c

; Exceptions for which the CPU pushes an error code: 8, 10-14, 17, 21, 29, 30.
%define HAS_ERROR_CODE(v) ((v) == 8 || ((v) >= 10 && (v) <= 14) || (v) == 17 || (v) == 21 || (v) == 29 || (v) == 30)

section .text progbits alloc exec nowrite align=16

%assign v 0
%rep NR_VECTORS
align 8
vector_%+v:
%if !HAS_ERROR_CODE(v)
	push dword 0
%endif
	push dword v
%if v < FIRST_IRQ
	jmp common_trap
%else
	jmp common_irq
%endif
%assign v v + 1
%endrep

%macro SAVE_ALL 0
	cld
	push gs
	push fs
	push es
	push ds
	push eax
	push ebp
	push edi
	push esi
	push edx
	push ecx
	push ebx
	mov edx, KERNEL_DS
	mov ds, edx
	mov es, edx
%endmacro

; In: the stack as the CPU left it, error code, vector. Preserves all.
common_trap:
	SAVE_ALL
	mov eax, esp
	call do_trap
	jmp ret_from_intr

common_irq:
	SAVE_ALL
	mov eax, esp
	call do_IRQ

ret_from_intr:
	pop ebx
	pop ecx
	pop edx
	pop esi
	pop edi
	pop ebp
	pop eax
	pop ds
	pop es
	pop fs
	pop gs
	add esp, 8                      ; vector, error code
	iret

; An interrupt or exception on a vector that nobody claimed: say so and go on.
global unexpected_vector
extern do_unexpected_vector
unexpected_vector:
	push dword 0
	push dword -1
	SAVE_ALL
	mov eax, esp
	call do_unexpected_vector
	jmp ret_from_intr

; The double fault arrives by a task gate, on its own stack, with the state of
; the interrupted task in init_tss. It never returns.
global doublefault_entry
extern do_double_fault
doublefault_entry:
	cld
	call do_double_fault
.stop:
	hlt
	jmp .stop

; void load_gdt(const struct desc_ptr *gdt /* eax */): reload every segment.
global load_gdt
load_gdt:
	lgdt [eax]
	mov eax, KERNEL_DS
	mov ds, eax
	mov es, eax
	mov ss, eax
	xor eax, eax
	mov fs, eax
	mov gs, eax
	jmp 12 * 8:.reload
.reload:
	ret

; void load_idt(const struct desc_ptr *idt /* eax */)
global load_idt
load_idt:
	lidt [eax]
	ret

; void load_tr(u16 selector /* eax */)
global load_tr
load_tr:
	ltr ax
	ret

; void __switch_to(unsigned long *prev_esp /* eax */, unsigned long next_esp /* edx */)
; One thread's stack for another's; struct switch_frame of asm/switch_to.h is what
; lies on top of a stack that is left. The other registers are the caller's to save.
global __switch_to
__switch_to:
	push ebp
	push ebx
	push esi
	push edi
	mov [eax], esp
	mov esp, edx
	pop edi
	pop esi
	pop ebx
	pop ebp
	ret

; int copy_nofault(void *dst /* eax */, const void *src /* edx */, size_t n /* ecx */)
; Returns 0, or -14 (-EFAULT) when either side is not mapped.
global copy_nofault
copy_nofault:
	push esi
	push edi
	mov edi, eax
	mov esi, edx
.copy:
	rep movsb
	xor eax, eax
.out:
	pop edi
	pop esi
	ret
.fault:
	mov eax, -14
	jmp .out

section __ex_table progbits alloc noexec nowrite align=4
	dd copy_nofault.copy, copy_nofault.fault

section .rodata progbits alloc noexec nowrite align=4

; The stubs' addresses, for trap_init.
global vector_table
vector_table:
%assign v 0
%rep NR_VECTORS
	dd vector_%+v
%assign v v + 1
%endrep
