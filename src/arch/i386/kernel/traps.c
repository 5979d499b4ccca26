/*
 * Exceptions. The kernel expects none but the page faults of copy_nofault (the
 * exception table); any other says what happened, where, how the page tables
 * looked, and how it came there, and stops. (SDM vol. 3A, ch. 6)
 */
#include <asm/desc.h>
#include <asm/irq.h>
#include <asm/page.h>
#include <asm/pgalloc.h>
#include <asm/processor.h>
#include <asm/singlestep.h>
#include <asm/traps.h>
#include <asm/uaccess.h>
#include <lib/bug.h>
#include <lib/printk.h>
#include <lib/vsprintf.h>

#define IDT_ENTRIES    256
#define NR_VECTORS     48
#define NR_EXCEPTIONS  32
#define X86_TRAP_DB    1
#define X86_TRAP_DF    8
#define X86_TRAP_GP    13
#define X86_TRAP_PF    14
#define GATE_INTERRUPT 0x8e00ULL /* present, DPL 0, interrupts off inside */
#define GATE_TASK      0x8500ULL
#define NULL_AREA      PAGE_SIZE

extern const u32 vector_table[NR_VECTORS];
void unexpected_vector(void);
void load_idt(const struct desc_ptr *idt);
void do_trap(struct pt_regs *regs);
void do_unexpected_vector(struct pt_regs *regs);
void do_double_fault(void);
int copy_nofault(void *dst, const void *src, size_t n);

extern const struct exception_table_entry __start___ex_table[], __stop___ex_table[];

static u64 idt_table[IDT_ENTRIES] __aligned(8);

static const char *const exception_name[NR_EXCEPTIONS] = {
	"divide error",
	"debug",
	"non-maskable interrupt",
	"int3",
	"overflow",
	"bounds",
	"invalid opcode",
	"device not available",
	"double fault",
	"coprocessor segment overrun",
	"invalid TSS",
	"segment not present",
	"stack segment",
	"general protection fault",
	"page fault",
	"reserved exception 15",
	"coprocessor error",
	"alignment check",
	"machine check",
	"simd exception",
	"virtualization exception",
	"control protection exception",
	"reserved exception 22",
	"reserved exception 23",
	"reserved exception 24",
	"reserved exception 25",
	"reserved exception 26",
	"reserved exception 27",
	"hypervisor injection exception",
	"VMM communication exception",
	"security exception",
	"reserved exception 31",
};

static u64 gate(u32 offset, u16 selector, u64 type)
{
	return (offset & 0xffffULL) | ((u64)selector << 16) | (type << 32) |
	       ((u64)(offset >> 16) << 48);
}

void trap_init(void)
{
	struct desc_ptr idt = {sizeof(idt_table) - 1, (u32)idt_table};

	for (unsigned int v = 0; v < IDT_ENTRIES; v++) {
		u32 entry = v < NR_VECTORS ? vector_table[v] : (u32)unexpected_vector;

		idt_table[v] = gate(entry, __KERNEL_CS, GATE_INTERRUPT);
	}
	idt_table[X86_TRAP_DF] = gate(0, GDT_ENTRY_DOUBLEFAULT_TSS * 8, GATE_TASK);
	load_idt(&idt);
}

unsigned long search_exception_table(unsigned long eip)
{
	const struct exception_table_entry *e;

	for (e = __start___ex_table; e < __stop___ex_table; e++)
		if (e->insn == eip)
			return e->fixup;
	return 0;
}

int copy_from_kernel_nofault(void *dst, const void *src, size_t n)
{
	return copy_nofault(dst, src, n);
}

int copy_to_kernel_nofault(void *dst, const void *src, size_t n)
{
	return copy_nofault(dst, src, n);
}

static __noreturn void page_fault_oops(const struct pt_regs *regs, unsigned long address)
{
	unsigned long error = regs->error_code;
	const char *what = address < NULL_AREA ? "NULL pointer dereference"
					       : "paging request";

	console_verbose();
	pr_emerg("BUG: unable to handle kernel %s at virtual address %08lx\n", what,
		 address);
	pr_emerg("%s by the %s: %s\n",
		 error & PF_INSTR ? "instruction fetch"
		 : error & PF_WRITE ? "write" : "read",
		 error & PF_USER ? "user" : "kernel",
		 error & PF_RSVD ? "an entry has a reserved bit set"
		 : error & PF_PROT ? "the page's rights forbid it"
				   : "no page is mapped there");
	if (fault_hook)
		fault_hook(address);
	show_pte(address);
	die("Oops", regs);
}

static bool fixup_exception(struct pt_regs *regs)
{
	unsigned long fixup = search_exception_table(regs->eip);

	if (fixup)
		regs->eip = fixup;
	return fixup != 0;
}

/* Called by entry.asm, interrupts off. Returns to resume. */
void do_trap(struct pt_regs *regs)
{
	unsigned long address = read_cr2();

	if (regs->vector == X86_TRAP_DB && single_stepped(regs))
		return;
	if (regs->vector == X86_TRAP_PF && !(regs->error_code & PF_PROT) &&
	    vmalloc_fault(address))
		return;
	if (regs->vector == X86_TRAP_PF || regs->vector == X86_TRAP_GP) {
		if (fixup_exception(regs))
			return;
		if (regs->vector == X86_TRAP_PF)
			page_fault_oops(regs, address);
	}
	console_verbose();
	die(exception_name[regs->vector % NR_EXCEPTIONS], regs);
}

void do_unexpected_vector(struct pt_regs *regs)
{
	pr_warn("interrupt on a vector that nobody uses, at %pS: ignored\n",
		(void *)regs->eip);
}

/* On the double fault's own stack; the CPU saved the victim in init_tss. */
void do_double_fault(void)
{
	const struct tss_struct *t = &init_tss;
	struct pt_regs regs = {
		.ebx = t->ebx, .ecx = t->ecx, .edx = t->edx, .esi = t->esi,
		.edi = t->edi, .ebp = t->ebp, .eax = t->eax, .ds = t->ds,
		.es = t->es, .fs = t->fs, .gs = t->gs, .vector = X86_TRAP_DF,
		.eip = t->eip, .cs = t->cs | 3, /* esp and ss are valid */
		.eflags = t->eflags, .esp = t->esp, .ss = t->ss,
	};

	console_verbose();
	pr_emerg("PANIC: double fault; the stack pointer was %08x\n", t->esp);
	show_pte(t->esp - sizeof(u32));
	die("double fault", &regs);
}
