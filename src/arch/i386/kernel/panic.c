/*
 * The last words: registers, the page-table walk, the backtrace; then the
 * emulator ends with a status that is not zero, and a real machine halts.
 */
#include <asm/boot_entry.h>
#include <asm/desc.h>
#include <asm/processor.h>
#include <asm/reboot.h>
#include <asm/stacktrace.h>
#include <asm/traps.h>
#include <asm/uaccess.h>
#include <asm/walk.h>
#include <lib/bug.h>
#include <lib/printk.h>
#include <lib/vsprintf.h>
#include <sched/sched.h>

#define MAX_FRAMES       32
#define LOGLEVEL_VERBOSE 15

/* Set while panicking: a second panic says one line and stops. */
static bool panicking;

void console_verbose(void)
{
	if (bug_hook)
		bug_hook(); /* a test expects this: does not return */
	console_loglevel = LOGLEVEL_VERBOSE;
}

static void print_line(const char *text, void *unused)
{
	(void)unused;
	pr_emerg("%s\n", text);
}

void show_pte(unsigned long address)
{
	struct pt_walk walk;

	pt_walk(read_cr3(), address, &walk);
	pr_emerg("page tables at CR3 %08lx:\n", read_cr3());
	pt_describe(&walk, print_line, NULL);
}

void show_trace(unsigned long eip, unsigned long ebp)
{
	struct stack_frame frame;

	pr_emerg("Call Trace:\n");
	pr_emerg(" [<%08lx>] %pS\n", eip, (void *)eip);
	for (int i = 0; i < MAX_FRAMES && ebp; i++) {
		if (copy_from_kernel_nofault(&frame, (void *)ebp, sizeof(frame)))
			break;
		if (!frame.eip)
			break;
		pr_emerg(" [<%08lx>] %pS\n", frame.eip, (void *)frame.eip);
		if (frame.ebp <= ebp) /* callers lie above */
			break;
		ebp = frame.ebp;
	}
}

/* From the frame of the function that calls this: its callers. */
static __always_inline void show_callers(void)
{
	const struct stack_frame *frame = __builtin_frame_address(0);

	show_trace(frame->eip, frame->ebp);
}

noinline void dump_stack(void)
{
	show_callers();
}

void show_regs(const struct pt_regs *regs)
{
	pr_emerg("EIP: %04lx:[<%08lx>] EFLAGS: %08lx error code: %04lx\n",
		 regs->cs & 0xfffc, regs->eip, regs->eflags, regs->error_code);
	pr_emerg("EIP is at %pS\n", (void *)regs->eip);
	pr_emerg("eax: %08lx   ebx: %08lx   ecx: %08lx   edx: %08lx\n", regs->eax,
		 regs->ebx, regs->ecx, regs->edx);
	pr_emerg("esi: %08lx   edi: %08lx   ebp: %08lx   esp: %08lx\n", regs->esi,
		 regs->edi, regs->ebp, regs_sp(regs));
	pr_emerg("ds: %04lx   es: %04lx   fs: %04lx   gs: %04lx\n", regs->ds & 0xffff,
		 regs->es & 0xffff, regs->fs & 0xffff, regs->gs & 0xffff);
	pr_emerg("Process %s (pid: %d), preempt count: %08x\n", current->comm,
		 current->pid, preempt_count());
	pr_emerg("cr0: %08lx   cr2: %08lx   cr3: %08lx   cr4: %08lx\n", read_cr0(),
		 read_cr2(), read_cr3(), read_cr4());
	show_trace(regs->eip, regs->ebp);
}

static __noreturn void stop(void)
{
	machine_exit_emulator(EMULATOR_EXIT_PANIC);
	halt_forever();
}

void die(const char *reason, const struct pt_regs *regs)
{
	local_irq_disable();
	if (panicking) {
		pr_emerg("%s at %pS while panicking: stopping at once\n", reason,
			 (void *)regs->eip);
		stop();
	}
	panicking = true;
	pr_emerg("%s: %04lx [#1]\n", reason, regs->error_code & 0xffff);
	show_regs(regs);
	pr_emerg("Kernel panic - not syncing: Fatal exception: %s\n", reason);
	stop();
}

static __always_inline __noreturn void panic_with(const char *message)
{
	local_irq_disable();
	if (panicking) {
		pr_emerg("panic while panicking: %s\n", message);
		stop();
	}
	panicking = true;
	show_callers();
	pr_emerg("Kernel panic - not syncing: %s\n", message);
	stop();
}

void panic(const char *fmt, ...)
{
	static char message[512];
	va_list args;

	console_verbose();
	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	panic_with(message);
}

void bug_at(const char *file, int line, const char *what)
{
	console_verbose();
	pr_emerg("kernel BUG at %s:%d!\n", file, line);
	pr_emerg("%s\n", what);
	panic_with("kernel BUG");
}

void warn_at(const char *file, int line, const char *what)
{
	if (warn_hook && warn_hook(file, line, what))
		return;
	pr_warn("WARNING: at %s:%d: %s\n", file, line, what);
	show_callers();
}
