/*
 * race: a bug on purpose. Two threads count one number up, each by reading it,
 * adding one and writing it back. Where the CPU is taken from a thread between the
 * reading and the writing, what the other one counts meanwhile is lost. With a lock
 * nothing is. Under preempt_jitter= it happens often, and where instructions are
 * the clock (QEMU's -icount) the same seed loses the same updates again.
 */
#include <kernel/kthread.h>
#include <lib/compiler.h>
#include <lib/errno.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <monitor/monitor.h>
#include <sched/semaphore.h>

#define NR_THREADS      2
#define DEFAULT_UPDATES 1000000u
#define MAX_UPDATES     100000000u

struct race {
	unsigned long counter;
	unsigned long updates; /* of each thread */
	bool locked;
	spinlock_t lock;
	struct semaphore finished;
};

/* A call, because QEMU without -icount lets interrupts in at jumps alone. */
static noinline unsigned long plus_one(unsigned long number)
{
	barrier();
	return number + 1;
}

static void count_up(struct race *race)
{
	WRITE_ONCE(race->counter, plus_one(READ_ONCE(race->counter)));
}

static int racer(void *data)
{
	struct race *race = data;

	for (unsigned long i = 0; i < race->updates; i++) {
		if (!race->locked) {
			count_up(race);
			continue;
		}
		spin_lock(&race->lock);
		count_up(race);
		spin_unlock(&race->lock);
	}
	up(&race->finished);
	return 0;
}

static int run_race(struct race *race)
{
	struct task_struct *threads[NR_THREADS];
	int nr = 0;

	sema_init(&race->finished, 0);
	while (nr < NR_THREADS &&
	       (threads[nr] = kthread_run(racer, race, "racer/%d", nr)) != NULL)
		nr++;
	for (int i = 0; i < nr; i++)
		down(&race->finished);
	for (int i = 0; i < nr; i++)
		kthread_stop(threads[i]);
	return nr == NR_THREADS ? 0 : -ENOMEM;
}

static int race_command(int argc, char **argv)
{
	struct race race = {.locked = argc > 1 && strcmp(argv[1], "lock") == 0};
	u64 updates = DEFAULT_UPDATES;
	int used = race.locked ? 2 : 1;

	if (argc > used + 1)
		return monitor_usage();
	if (argc == used + 1 &&
	    !monitor_parse_number(argv[used], "UPDATES", 1, MAX_UPDATES, &updates))
		return 1;
	race.updates = (unsigned long)updates;
	if (run_race(&race)) {
		console_printf("race: no memory for the threads\n");
		return 1;
	}
	console_printf("race %s a lock: %lu updates, %lu counted, %lu lost\n",
	               race.locked ? "with" : "without", NR_THREADS * race.updates,
	               race.counter, NR_THREADS * race.updates - race.counter);
	return 0;
}
MONITOR_COMMAND(race, race_command, "race [lock] [UPDATES]",
                "two threads count without a lock, or with one",
                "Each counts the same number up UPDATES times, a million unless told. What\n"
                "is lost was read by one thread and written by the other before the\n"
                "first one wrote. With preempt_jitter=SEED more is lost.");
