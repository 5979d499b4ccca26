/*
 * start_kernel: the boot, as a table of steps. Each step names the steps that
 * must have run before it; one that stands too early does not compile. Read the
 * table from top to bottom and you have read the boot.
 */
#include <asm/boot_entry.h>
#include <asm/desc.h>
#include <asm/irq.h>
#include <asm/pgalloc.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include <asm/time.h>
#include <drivers/kbd.h>
#include <drivers/uart.h>
#include <drivers/vga.h>
#include <kernel/boot_steps.h>
#include <kernel/console_params.h>
#include <kernel/jitter_thread.h>
#include <kernel/selftest.h>
#include <kernel/version.h>
#include <kernel/watchdog.h>
#include <lib/errno.h>
#include <lib/kallsyms.h>
#include <lib/params.h>
#include <lib/printk.h>
#include <lib/vsprintf.h>
#include <mm/bounce.h>
#include <mm/cma.h>
#include <mm/page_debug.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include <monitor/monitor.h>
#include <sched/sched.h>

void start_kernel(void);

static void __init banner_init(void)
{
	vsnprintf_symbol = kallsyms_format;
	pr_notice("%s\n", kernel_banner);
}

static void __init consoles_init(void)
{
	uart_init();
	vga_init(__va(VGA_TEXT_START));
}

static void __init voice_init(void)
{
	parse_console_params(boot_info.cmdline);
}

static void __init memory_map_init(void)
{
	e820_setup(&boot_info);
}

static void __init parameters_init(void)
{
	pr_notice("Kernel command line: %s\n", boot_info.cmdline);
	if (boot_info.cmdline_truncated)
		pr_warn("the command line was longer than %d bytes: the rest is lost\n",
			COMMAND_LINE_SIZE - 1);
	parse_params(boot_info.cmdline);
	e820_finish();
}

static void __init interrupts_init(void)
{
	init_IRQ();
	request_irq(KEYBOARD_IRQ, kbd_interrupt);
	request_irq(UART_IRQ, uart_interrupt);
	kbd_init();
	uart_enable_interrupt();
	timer_init();
	scheduler_running = true;
	local_irq_enable();
}

static void __init threads_init(void)
{
	watchdog_init();
	jitter_thread_init();
}

#define NEEDS(step) (1U << STEP_##step)

/* clang-format off */
#define INIT_STEPS(STEP)                                                       \
	/* name        function                  what must have run before */   \
	STEP(gdt,        gdt_init,                 0)                          \
	STEP(traps,      trap_init,                NEEDS(gdt))                 \
	STEP(consoles,   consoles_init,            NEEDS(traps))               \
	STEP(banner,     banner_init,              0)                          \
	STEP(boot_info,  copy_boot_info,           NEEDS(consoles))            \
	STEP(voice,      voice_init,               NEEDS(boot_info))           \
	STEP(identity,   drop_identity_map,        NEEDS(traps))               \
	STEP(time,       time_init,                NEEDS(consoles))            \
	STEP(cpu,        identify_cpu,             NEEDS(traps))               \
	STEP(memory_map, memory_map_init,          NEEDS(boot_info))           \
	STEP(parameters, parameters_init,          NEEDS(memory_map))          \
	STEP(limits,     setup_memory_limits,      NEEDS(parameters) | NEEDS(cpu)) \
	STEP(bootmem,    setup_bootmem_allocator,  NEEDS(limits))              \
	STEP(cma,        setup_cma,                NEEDS(bootmem))             \
	STEP(paging,     paging_init,              NEEDS(bootmem) | NEEDS(cpu)) \
	STEP(zones,      zone_sizes_init,          NEEDS(paging))              \
	STEP(zonelists,  build_all_zonelists,      NEEDS(zones))               \
	STEP(resources,  setup_resources,          NEEDS(paging) | NEEDS(boot_info)) \
	STEP(page_debug, page_debug_init,          NEEDS(zones))               \
	STEP(memory,     mem_init,                 NEEDS(zonelists) | NEEDS(page_debug)) \
	STEP(slab,       kmem_cache_init,          NEEDS(memory))              \
	STEP(vmalloc,    vmalloc_init,             NEEDS(slab) | NEEDS(paging)) \
	STEP(pgtables,   pgtable_cache_init,       NEEDS(slab))                \
	STEP(cma_areas,  cma_init_reserved_areas,  NEEDS(cma) | NEEDS(memory)) \
	STEP(bounce,     bounce_init,              NEEDS(memory))              \
	STEP(sched,      sched_init,               NEEDS(slab))                \
	STEP(interrupts, interrupts_init,          NEEDS(consoles) | NEEDS(sched)) \
	STEP(threads,    threads_init,             NEEDS(interrupts) | NEEDS(vmalloc))\
	STEP(initmem,    free_initmem,             NEEDS(memory) | NEEDS(interrupts))
/* clang-format on */

#define STEP_NUMBER(name, fn, needs) STEP_##name,
enum { INIT_STEPS(STEP_NUMBER) NR_INIT_STEPS };

#define STEP_ORDER(name, fn, needs)                                            \
	_Static_assert(((needs) >> STEP_##name) == 0,                          \
		       "start_kernel: " #name " stands before what it needs");
INIT_STEPS(STEP_ORDER)

#define STEP_ENTRY(name, fn, needs) {#name, fn},
static const struct {
	const char *name;
	void (*fn)(void);
} steps[NR_INIT_STEPS] = {INIT_STEPS(STEP_ENTRY)};

static u64 entry_ticks, step_ticks[NR_INIT_STEPS];

const char *boot_step(unsigned int n, u64 *ticks)
{
	if (n == 0) {
		*ticks = entry_ticks;
		return "entry";
	}
	if (n > NR_INIT_STEPS)
		return NULL;
	*ticks = step_ticks[n - 1];
	return steps[n - 1].name;
}

static bool initcall_debug;

static int __init initcall_debug_param(const char *value)
{
	if (value)
		return -EINVAL;
	initcall_debug = true;
	return 0;
}
early_param("initcall_debug", initcall_debug_param,
	    "initcall_debug, without a value: time each step of the boot");

static void run_step(unsigned int i)
{
	u64 begin = sched_clock_us(), ticks = rdtsc();

	if (i == 0)
		entry_ticks = ticks - boot_entry_tsc;
	steps[i].fn();
	step_ticks[i] = rdtsc() - ticks;
	if (initcall_debug)
		pr_info("initcall %s returned after %llu usecs\n", steps[i].name,
			(unsigned long long)(sched_clock_us() - begin));
}

void start_kernel(void)
{
	for (unsigned int i = 0; i < NR_INIT_STEPS; i++)
		run_step(i);
	if (selftest_requested())
		selftest_run();
	monitor_run();
}
