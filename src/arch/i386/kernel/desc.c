/*
 * The global descriptor table in Linux's layout, and the two task-state
 * segments: the boot CPU's, which names the stack for traps from ring 3, and
 * the double fault's, which brings a stack and page tables of its own, so that
 * even an overflown stack is reported (SDM vol. 3A, 6.15, "Interrupt 8").
 */
#include <asm/desc.h>
#include <asm/page.h>
#include <asm/processor.h>

#define DESC_PRESENT   (1ULL << 47)
#define DESC_DPL(n)    ((u64)(n) << 45)
#define DESC_S         (1ULL << 44) /* code or data, not system */
#define DESC_CODE_XR   (0xaULL << 40)
#define DESC_DATA_RW   (0x2ULL << 40)
#define DESC_ACCESSED  (1ULL << 40)
#define DESC_TSS32     (0x9ULL << 40)
#define DESC_32BIT     (1ULL << 54)
#define DESC_GRANULAR  (1ULL << 55)
#define DESC_LIMIT_4G  (0xffffULL | (0xfULL << 48))
#define DESC_FLAT      (DESC_PRESENT | DESC_S | DESC_ACCESSED | DESC_32BIT | \
			DESC_GRANULAR | DESC_LIMIT_4G)

#define DOUBLEFAULT_STACK_SIZE 4096

extern char init_stack_top[];

void load_gdt(const struct desc_ptr *gdt);
void load_tr(u16 selector);
void doublefault_entry(void);

u64 cpu_gdt_table[GDT_ENTRIES] __aligned(64) = {
	[GDT_ENTRY_KERNEL_CS] = DESC_FLAT | DESC_CODE_XR,
	[GDT_ENTRY_KERNEL_DS] = DESC_FLAT | DESC_DATA_RW,
	[GDT_ENTRY_DEFAULT_USER_CS] = DESC_FLAT | DESC_CODE_XR | DESC_DPL(3),
	[GDT_ENTRY_DEFAULT_USER_DS] = DESC_FLAT | DESC_DATA_RW | DESC_DPL(3),
};

struct tss_struct init_tss __aligned(128);
struct tss_struct doublefault_tss __aligned(128);
static char doublefault_stack[DOUBLEFAULT_STACK_SIZE] __aligned(16);

static u64 tss_descriptor(const struct tss_struct *tss)
{
	u64 base = (unsigned long)tss, limit = sizeof(*tss) - 1;

	return DESC_PRESENT | DESC_TSS32 | (limit & 0xffff) |
	       ((base & 0xffffff) << 16) | ((base >> 24) << 56);
}

void doublefault_set_cr3(unsigned long cr3)
{
	doublefault_tss.cr3 = cr3;
}

void gdt_init(void)
{
	struct desc_ptr gdt = {sizeof(cpu_gdt_table) - 1, (u32)cpu_gdt_table};

	init_tss = (struct tss_struct){
		.esp0 = (u32)init_stack_top,
		.ss0 = __KERNEL_DS,
		.io_bitmap_base = sizeof(init_tss),
	};
	doublefault_tss = (struct tss_struct){
		.esp = (u32)(doublefault_stack + DOUBLEFAULT_STACK_SIZE),
		.eip = (u32)doublefault_entry,
		.eflags = 0x2,
		.cs = __KERNEL_CS,
		.ss = __KERNEL_DS,
		.ds = __KERNEL_DS,
		.es = __KERNEL_DS,
		.io_bitmap_base = sizeof(doublefault_tss),
	};
	doublefault_set_cr3(read_cr3());
	cpu_gdt_table[GDT_ENTRY_TSS] = tss_descriptor(&init_tss);
	cpu_gdt_table[GDT_ENTRY_DOUBLEFAULT_TSS] = tss_descriptor(&doublefault_tss);
	load_gdt(&gdt);
	load_tr(GDT_ENTRY_TSS * 8);
}
