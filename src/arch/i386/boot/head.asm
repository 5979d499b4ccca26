; From the boot loader to C. _start runs at its load address with paging off;
; it lets early.c judge the CPU and build the boot page tables, turns paging on,
; and jumps to the high half. The identity map is dropped at once after that.

%define PHYS(symbol) (symbol - PAGE_OFFSET)

CR0_PE equ 1 << 0
CR0_MP equ 1 << 1
CR0_EM equ 1 << 2
CR0_TS equ 1 << 3
CR0_NE equ 1 << 5
CR0_WP equ 1 << 16
CR0_AM equ 1 << 18
CR0_NW equ 1 << 29
CR0_CD equ 1 << 30
CR0_PG equ 1 << 31

THREAD_SIZE equ 8192

extern check_cpu                ; early.c
extern early_boot
extern start_kernel             ; kernel/main.c
extern __bss_start
extern __bss_stop

section .boot.text progbits alloc exec nowrite align=16

; Entry. In: eax the loader's magic, ebx the physical address of its
; information; 32-bit flat segments, interrupts off, A20 on. The loader does
; not promise a stack or a cleared direction flag.
global _start
_start:
	cli
	cld
	mov esp, PHYS(init_stack_top)
	xor ebp, ebp
	mov esi, eax
	call check_cpu                  ; keeps ebx and esi | refuses, and stops
	rdtsc
	mov [PHYS(boot_entry_tsc)], eax
	mov [PHYS(boot_entry_tsc) + 4], edx
	mov edi, PHYS(__bss_start)      ; ELF loaders clear it; trust nobody
	mov ecx, PHYS(__bss_stop)
	sub ecx, edi
	shr ecx, 2
	xor eax, eax
	rep stosd
	mov eax, esi
	mov edx, ebx
	call early_boot                 ; (magic, info) -> cr3
	mov cr3, eax
	; The loader may have left the caches off (Bochs's BIOS does).
	mov eax, cr0
	and eax, ~(CR0_CD | CR0_NW | CR0_EM | CR0_TS | CR0_AM)
	or  eax, CR0_PG | CR0_WP | CR0_PE | CR0_NE | CR0_MP
	mov cr0, eax
	mov eax, high_half
	jmp eax

section .text progbits alloc exec nowrite align=16

high_half:
	mov esp, init_stack_top
	xor ebp, ebp                    ; a backtrace ends here: no frame,
	push ebp                        ; and nowhere to return to
	jmp start_kernel

section .data progbits alloc noexec write align=8

; The TSC when the boot began: right behind the check whether there is one. Not in
; .bss, which is cleared after it.
global boot_entry_tsc
boot_entry_tsc:
	dq 0

section .bss.page_aligned nobits alloc noexec write align=4096

; The boot thread's stack. The page below it is unmapped by paging_init, so that
; an overflow is a double fault with a stack of its own, not a silent scribble.
global init_stack_guard
global init_stack
global init_stack_top
init_stack_guard:
	resb 4096
init_stack:
	resb THREAD_SIZE
init_stack_top:
