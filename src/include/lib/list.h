/*
 * Lists with the links inside of the things that they link, with Linux's names.
 *
 * struct list_head: a ring through the head, doubly linked: O(1) at both ends
 * and to remove. struct hlist_head: one pointer for the head (hash tables), ends
 * with NULL. None of these sleeps; the list's owner locks.
 */
#ifndef LIB_LIST_H
#define LIB_LIST_H

#include <lib/types.h>
#include <lib/util.h>

struct list_head {
	struct list_head *next;
	struct list_head *prev;
};

#define LIST_HEAD_INIT(name)                                                           \
	{                                                                              \
		&(name), &(name)                                                       \
	}
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

/* What a removed entry's links hold, so that a use of them faults. They lie in
 * the address space of processes, which the kernel does not map. */
#define LIST_POISON1 ((void *)0x00100100)
#define LIST_POISON2 ((void *)0x00200200)

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

/* Not for others: put entry between two neighbours; join two that were not. */
static inline void __list_add(struct list_head *entry, struct list_head *prev,
                              struct list_head *next)
{
	entry->prev = prev;
	entry->next = next;
	prev->next = entry;
	next->prev = entry;
}

static inline void __list_join(struct list_head *prev, struct list_head *next)
{
	prev->next = next;
	next->prev = prev;
}

/* Behind head: a stack. */
static inline void list_add(struct list_head *entry, struct list_head *head)
{
	__list_add(entry, head, head->next);
}

/* Remove an entry that is put on another list, or forgotten, at once: without
 * list_del's poison. */
static inline void __list_del_entry(struct list_head *entry)
{
	__list_join(entry->prev, entry->next);
}

/* Before head, so at the end: a queue. */
static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	__list_add(entry, head->prev, head);
}

static inline void list_del(struct list_head *entry)
{
	__list_join(entry->prev, entry->next);
	entry->next = LIST_POISON1;
	entry->prev = LIST_POISON2;
}

/* Remove, and leave entry as an empty list. */
static inline void list_del_init(struct list_head *entry)
{
	__list_join(entry->prev, entry->next);
	INIT_LIST_HEAD(entry);
}

/* Put `entry` in the place of `old`, whose links stay as they were. */
static inline void list_replace(struct list_head *old, struct list_head *entry)
{
	__list_add(entry, old->prev, old->next);
}

static inline void list_move(struct list_head *entry, struct list_head *head)
{
	__list_join(entry->prev, entry->next);
	list_add(entry, head);
}

static inline void list_move_tail(struct list_head *entry, struct list_head *head)
{
	__list_join(entry->prev, entry->next);
	list_add_tail(entry, head);
}

static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

static inline bool list_is_singular(const struct list_head *head)
{
	return !list_empty(head) && head->next == head->prev;
}

static inline bool list_is_last(const struct list_head *entry,
                                const struct list_head *head)
{
	return entry->next == head;
}

/* All of list's entries to the front (end) of head. list itself is undefined
 * afterwards, empty after the form with _init. */
static inline void list_splice(struct list_head *list, struct list_head *head)
{
	struct list_head *first = list->next;
	struct list_head *last = list->prev;

	if (list_empty(list))
		return;
	__list_join(last, head->next);
	__list_join(head, first);
}

static inline void list_splice_tail(struct list_head *list, struct list_head *head)
{
	list_splice(list, head->prev);
}

static inline void list_splice_init(struct list_head *list, struct list_head *head)
{
	list_splice(list, head);
	INIT_LIST_HEAD(list);
}

static inline void list_splice_tail_init(struct list_head *list, struct list_head *head)
{
	list_splice_tail(list, head);
	INIT_LIST_HEAD(list);
}

#define list_entry(ptr, type, member)       container_of(ptr, type, member)
#define list_first_entry(ptr, type, member) list_entry((ptr)->next, type, member)
#define list_last_entry(ptr, type, member)  list_entry((ptr)->prev, type, member)
#define list_first_entry_or_null(ptr, type, member)                                    \
	(list_empty(ptr) ? NULL : list_first_entry(ptr, type, member))
#define list_next_entry(pos, member)                                                   \
	list_entry((pos)->member.next, __typeof__(*(pos)), member)
#define list_prev_entry(pos, member)                                                   \
	list_entry((pos)->member.prev, __typeof__(*(pos)), member)

#define list_for_each(pos, head)                                                       \
	for (pos = (head)->next; pos != (head); pos = pos->next)
#define list_for_each_prev(pos, head)                                                  \
	for (pos = (head)->prev; pos != (head); pos = pos->prev)

/* _safe: the body may remove pos; n is the loop's own. */
#define list_for_each_safe(pos, n, head)                                               \
	for (pos = (head)->next, n = pos->next; pos != (head); pos = n, n = pos->next)

#define list_for_each_entry(pos, head, member)                                         \
	for (pos = list_first_entry(head, __typeof__(*pos), member);                   \
	     &pos->member != (head); pos = list_next_entry(pos, member))
#define list_for_each_entry_reverse(pos, head, member)                                 \
	for (pos = list_last_entry(head, __typeof__(*pos), member);                    \
	     &pos->member != (head); pos = list_prev_entry(pos, member))
#define list_for_each_entry_safe(pos, n, head, member)                                 \
	for (pos = list_first_entry(head, __typeof__(*pos), member),                   \
	    n = list_next_entry(pos, member);                                          \
	     &pos->member != (head); pos = n, n = list_next_entry(n, member))

struct hlist_node {
	struct hlist_node *next;
	struct hlist_node **pprev; /* the pointer that points here */
};

struct hlist_head {
	struct hlist_node *first;
};

#define HLIST_HEAD_INIT                                                                \
	{                                                                              \
		NULL                                                                   \
	}
#define HLIST_HEAD(name)         struct hlist_head name = HLIST_HEAD_INIT
#define INIT_HLIST_HEAD(head)    ((head)->first = NULL)
#define hlist_entry(p, type, mb) container_of(p, type, mb)

static inline void INIT_HLIST_NODE(struct hlist_node *node)
{
	node->next = NULL;
	node->pprev = NULL;
}

static inline bool hlist_unhashed(const struct hlist_node *node)
{
	return node->pprev == NULL;
}

static inline bool hlist_empty(const struct hlist_head *head)
{
	return head->first == NULL;
}

static inline void hlist_add_head(struct hlist_node *node, struct hlist_head *head)
{
	node->next = head->first;
	node->pprev = &head->first;
	if (node->next)
		node->next->pprev = &node->next;
	head->first = node;
}

static inline void hlist_add_behind(struct hlist_node *node, struct hlist_node *prev)
{
	node->next = prev->next;
	node->pprev = &prev->next;
	if (node->next)
		node->next->pprev = &node->next;
	prev->next = node;
}

static inline void __hlist_unlink(struct hlist_node *node)
{
	*node->pprev = node->next;
	if (node->next)
		node->next->pprev = node->pprev;
}

static inline void hlist_del(struct hlist_node *node)
{
	__hlist_unlink(node);
	node->next = LIST_POISON1;
	node->pprev = LIST_POISON2;
}

/* Remove if it is in a list; leave it unhashed. */
static inline void hlist_del_init(struct hlist_node *node)
{
	if (hlist_unhashed(node))
		return;
	__hlist_unlink(node);
	INIT_HLIST_NODE(node);
}

#define hlist_entry_safe(ptr, type, member)                                            \
	({                                                                             \
		__typeof__(ptr) _node = (ptr);                                         \
		_node ? hlist_entry(_node, type, member) : NULL;                       \
	})
#define hlist_for_each(pos, head) for (pos = (head)->first; pos; pos = pos->next)
#define hlist_for_each_entry(pos, head, member)                                        \
	for (pos = hlist_entry_safe((head)->first, __typeof__(*pos), member); pos;     \
	     pos = hlist_entry_safe(pos->member.next, __typeof__(*pos), member))
#define hlist_for_each_entry_safe(pos, n, head, member)                                \
	for (pos = hlist_entry_safe((head)->first, __typeof__(*pos), member);          \
	     pos && ({                                                                 \
		     n = pos->member.next;                                             \
		     1;                                                                \
	     });                                                                       \
	     pos = hlist_entry_safe(n, __typeof__(*pos), member))

#endif
