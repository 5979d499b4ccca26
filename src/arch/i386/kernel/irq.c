/*
 * Interrupts by the 8259A pair: remapped to vectors 32-47, one handler a line,
 * spurious interrupts of lines 7 and 15 recognised by the in-service register
 * (Intel 8259A data sheet).
 */
#include <asm/io.h>
#include <asm/irq.h>
#include <asm/irqflags.h>
#include <lib/bug.h>
#include <lib/printk.h>
#include <sched/sched.h>

#define PIC_MASTER    0x20
#define PIC_SLAVE     0xa0
#define PIC_DATA      1 /* offset of the data port */
#define PIC_EOI       0x20
#define PIC_READ_ISR  0x0b
#define ICW1_INIT     0x11
#define ICW4_8086     0x01
#define SPURIOUS_LINE 7

static void (*handlers[NR_IRQS])(void);
static u16 irq_mask = 0xffff;
static DEFINE_PER_CPU(const struct pt_regs *, irq_regs);
void do_IRQ(struct pt_regs *regs);

static void write_mask(void)
{
	outb((u8)irq_mask, PIC_MASTER + PIC_DATA);
	outb((u8)(irq_mask >> 8), PIC_SLAVE + PIC_DATA);
}

static void init_controller(u16 port, u8 vector, u8 cascade)
{
	outb(ICW1_INIT, port);
	io_delay();
	outb(vector, port + PIC_DATA);
	io_delay();
	outb(cascade, port + PIC_DATA);
	io_delay();
	outb(ICW4_8086, port + PIC_DATA);
	io_delay();
}

void init_IRQ(void)
{
	init_controller(PIC_MASTER, FIRST_IRQ_VECTOR, 1 << CASCADE_IRQ);
	init_controller(PIC_SLAVE, FIRST_IRQ_VECTOR + 8, CASCADE_IRQ);
	irq_mask = (u16)~(1U << CASCADE_IRQ);
	write_mask();
}

void request_irq(unsigned int irq, void (*handler)(void))
{
	unsigned long flags;

	BUG_ON(irq >= NR_IRQS || handlers[irq]);
	local_irq_save(flags);
	handlers[irq] = handler;
	irq_mask &= (u16)~(1U << irq);
	write_mask();
	local_irq_restore(flags);
}

void free_irq(unsigned int irq)
{
	unsigned long flags;

	BUG_ON(irq >= NR_IRQS || !handlers[irq]);
	local_irq_save(flags);
	irq_mask |= (u16)(1U << irq);
	write_mask();
	handlers[irq] = NULL;
	local_irq_restore(flags);
}

const struct pt_regs *get_irq_regs(void)
{
	return __get_cpu_var(irq_regs);
}

static bool is_spurious(unsigned int irq)
{
	u16 port = irq < 8 ? PIC_MASTER : PIC_SLAVE;

	if ((irq & 7) != SPURIOUS_LINE)
		return false;
	outb(PIC_READ_ISR, port);
	return !(inb(port) & (1 << SPURIOUS_LINE));
}

static void acknowledge(unsigned int irq)
{
	if (irq >= 8)
		outb(PIC_EOI, PIC_SLAVE);
	outb(PIC_EOI, PIC_MASTER);
}

static void handle(unsigned int irq)
{
	if (handlers[irq])
		handlers[irq]();
	else
		pr_warn("irq %u: nobody cared\n", irq);
}

/*
 * Called by entry.asm with interrupts off. The acknowledgement comes first, so
 * that another thread may run before this one returns. An interrupt can only have
 * come while interrupts were on, or by an instruction (tests do that): then the
 * code that it broke into is not to be switched away from.
 */
void do_IRQ(struct pt_regs *regs)
{
	unsigned int irq = (unsigned int)regs->vector - FIRST_IRQ_VECTOR;
	const struct pt_regs *outer = __get_cpu_var(irq_regs);
	unsigned int count;

	if (is_spurious(irq)) {
		if (irq >= 8)
			outb(PIC_EOI, PIC_MASTER);
		return;
	}
	acknowledge(irq);
	__get_cpu_var(preempt_count) += HARDIRQ_OFFSET;
	__get_cpu_var(irq_regs) = regs;
	count = preempt_count();
	handle(irq);
	__get_cpu_var(irq_regs) = outer;
	if (unlikely(preempt_count() != count))
		panic("irq %u: its handler came back with preempt count %#x, it was %#x: "
		      "a lock or a kmap_atomic is still open", irq, preempt_count(), count);
	__get_cpu_var(preempt_count) -= HARDIRQ_OFFSET;
	if (need_resched() && !in_atomic() && (regs->eflags & X86_EFLAGS_IF))
		preempt_schedule_irq();
}
