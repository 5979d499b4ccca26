/*
 * Stepping a thread. The CPU clears the trap flag when it enters an exception or an
 * interrupt, and gets it back on return: so handlers are not stepped, and a thread that
 * a handler preempts is stepped again when it goes on. But a thread that calls
 * schedule() itself leaves the flag in the CPU, for whoever runs next. A trap in a
 * thread that is not stepped, or no more, takes the flag away.
 */
#include <asm/irqflags.h>
#include <asm/processor.h>
#include <asm/singlestep.h>
#include <lib/compiler.h>
#include <sched/sched.h>

static single_step_t step_hook;
static const struct task_struct *stepped; /* NULL: nobody is */
static bool gave_up_cpu;

void single_step_begin(single_step_t hook)
{
	step_hook = hook;
	stepped = current;
	gave_up_cpu = false;
	native_restore_fl(native_save_fl() | X86_EFLAGS_TF);
}

bool single_step_end(void)
{
	stepped = NULL;
	barrier(); /* here the last trap comes */
	return !gave_up_cpu;
}

bool single_stepped(struct pt_regs *regs)
{
	unsigned long dr6 = read_dr6();

	if (!(dr6 & DR6_BS))
		return false;
	write_dr6(dr6 & ~DR6_BS);
	if (stepped == current) {
		step_hook(regs->eip);
		return true;
	}
	gave_up_cpu |= stepped != NULL;
	regs->eflags &= ~X86_EFLAGS_TF;
	return true;
}
