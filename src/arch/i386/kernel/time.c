/*
 * The clock behind printk's stamps: the time-stamp counter, whose rate is
 * measured once against channel 2 of the 8254 timer (Intel 8254 data sheet;
 * its gate and output are bits 0 and 5 of port 61h). And the tick: channel 0, HZ
 * times a second, or under preempt_jitter= after intervals that a seed chooses.
 */
#include <asm/io.h>
#include <asm/irq.h>
#include <asm/processor.h>
#include <asm/time.h>
#include <lib/math64.h>
#include <lib/printk.h>
#include <sched/jitter.h>
#include <sched/sched.h>

#define PIT_HZ           1193182
#define PIT_CHANNEL0     0x40
#define PIT_CHANNEL2     0x42
#define PIT_COMMAND      0x43
#define PIT_MODE0_CH2    0xb0 /* channel 2, both bytes, interrupt on zero */
#define PIT_MODE2_CH0    0x34 /* channel 0, both bytes, over and over */
#define PIT_MODE0_CH0    0x30 /* channel 0, both bytes, once */
#define PIT_LATCH        ((PIT_HZ + HZ / 2) / HZ) /* counts of a tick */
#define PIT_LATCH_CH2    0x80
#define PIT_PORT_B       0x61
#define PORT_B_GATE2     0x01
#define PORT_B_SPEAKER   0x02
#define PIT_START        0xffff
#define CALIBRATE_TICKS  (PIT_HZ / 2000) /* half a millisecond */
#define CALIBRATE_POLLS  1000000
#define KHZ_FALLBACK     1000000

u32 tsc_khz;
static u64 tsc_base;

static u16 read_pit(void)
{
	u8 low;

	outb(PIT_LATCH_CH2, PIT_COMMAND);
	low = inb(PIT_CHANNEL2);
	return (u16)(low | inb(PIT_CHANNEL2) << 8);
}

static u32 calibrate_khz(void)
{
	u64 begin, end;
	u32 first, ticks = 0;

	outb((u8)((inb(PIT_PORT_B) & ~PORT_B_SPEAKER) | PORT_B_GATE2), PIT_PORT_B);
	outb(PIT_MODE0_CH2, PIT_COMMAND);
	outb(PIT_START & 0xff, PIT_CHANNEL2);
	outb(PIT_START >> 8, PIT_CHANNEL2);
	first = read_pit();
	begin = end = rdtsc();
	for (u32 i = 0; i < CALIBRATE_POLLS && ticks < CALIBRATE_TICKS; i++) {
		ticks = (first - read_pit()) & 0xffff;
		end = rdtsc();
	}
	if (ticks < CALIBRATE_TICKS)
		return 0;
	return (u32)div_u64(div_u64((end - begin) * PIT_HZ, ticks), 1000);
}

void time_init(void)
{
	u32 khz;

	tsc_base = rdtsc();
	khz = calibrate_khz();
	if (!khz) {
		pr_warn("tsc: the timer does not count; taking 1 GHz\n");
		khz = KHZ_FALLBACK;
	}
	tsc_khz = khz;
	printk_clock_us = sched_clock_us;
	pr_info("tsc: Detected %u.%03u MHz processor\n", khz / 1000, khz % 1000);
}

u64 sched_clock_us(void)
{
	return tsc_khz ? div_u64((rdtsc() - tsc_base) * 1000, tsc_khz) : 0;
}

static void program_tick(u8 mode, u32 counts)
{
	outb(mode, PIT_COMMAND);
	outb((u8)counts, PIT_CHANNEL0);
	outb((u8)(counts >> 8), PIT_CHANNEL0);
}

/* The interval that is over is counted, the next one begins. Ticks that passed. */
static unsigned long jittered_ticks(void)
{
	static u32 interval, passed;
	unsigned long ticks;

	passed += interval;
	ticks = passed / PIT_LATCH;
	passed %= PIT_LATCH;
	interval = jitter_interval(get_irq_regs()->eip);
	program_tick(PIT_MODE0_CH0, interval);
	return ticks;
}

static void timer_interrupt(void)
{
	do_timer(jitter_on() ? jittered_ticks() : 1);
}

void timer_init(void)
{
	request_irq(TIMER_IRQ, timer_interrupt);
	program_tick(jitter_on() ? PIT_MODE0_CH0 : PIT_MODE2_CH0, PIT_LATCH);
}
