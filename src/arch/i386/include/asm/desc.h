/*
 * Segment descriptors, gates and task-state segments (SDM vol. 3A, 3.4.5,
 * 6.11, 7.2).
 */
#ifndef ASM_DESC_H
#define ASM_DESC_H

#include <asm/segment.h>
#include <lib/compiler.h>
#include <lib/types.h>

struct desc_ptr {
	u16 limit;
	u32 base;
} __packed;

struct tss_struct {
	u32 back_link;
	u32 esp0, ss0, esp1, ss1, esp2, ss2;
	u32 cr3, eip, eflags;
	u32 eax, ecx, edx, ebx, esp, ebp, esi, edi;
	u32 es, cs, ss, ds, fs, gs, ldt;
	u16 trace, io_bitmap_base;
};

extern u64 cpu_gdt_table[GDT_ENTRIES];
extern struct tss_struct init_tss;
extern struct tss_struct doublefault_tss;

/* Load the GDT with Linux's layout, the segment registers, and the TSS. */
void gdt_init(void);

/* The double fault's task needs the CR3 in force; paging_init calls this. */
void doublefault_set_cr3(unsigned long cr3);

/* Fill and load the IDT: 32 exceptions, 16 interrupts; unused ones are said. */
void trap_init(void);

#endif
