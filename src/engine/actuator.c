/*
 * actuator.c - does what the plan says, and takes no for an answer.
 *
 * Between the observation and this moment anything may have happened: a VM may
 * have ended, or begun to migrate.  None of that is an error of ours.  A VM that
 * cannot be moved is passed over and left in peace for a while, and the rest of
 * the plan goes ahead.  A plan half carried out is no disaster: the next period
 * begins with what is really there, not with what we meant to be there.
 *
 * Nothing is written that is already so: a pin call wakes others up, even one that
 * changes nothing.
 */
#include "actuator.h"

/* Periods until a VM that was busy is asked again; one that refuses, never. */
enum { PATIENCE = 10, FOR_EVER = G_MAXINT };

void actuator_init(Actuator *actuator, Host *host, Ledger *ledger)
{
    *actuator = (Actuator){ .host = host, .ledger = ledger };
    actuator->patience = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

void actuator_clear(Actuator *actuator)
{
    g_hash_table_unref(actuator->patience);
}

static void leave_in_peace(Actuator *actuator, const char *uuid, int periods)
{
    g_hash_table_replace(actuator->patience, g_strdup(uuid), GINT_TO_POINTER(periods));
}

static int patience_with(const Actuator *actuator, const char *uuid)
{
    return GPOINTER_TO_INT(g_hash_table_lookup(actuator->patience, uuid));
}

static void a_period_passes(GHashTable *patience)
{
    GHashTableIter iter;
    void *left;

    g_hash_table_iter_init(&iter, patience);
    while (g_hash_table_iter_next(&iter, NULL, &left)) {
        int periods = GPOINTER_TO_INT(left);

        if (periods == FOR_EVER)
            continue;
        if (periods > 1)
            g_hash_table_iter_replace(&iter, GINT_TO_POINTER(periods - 1));
        else
            g_hash_table_iter_remove(&iter);
    }
}

void actuator_excuse(Actuator *actuator, Snapshot *snapshot)
{
    if (g_hash_table_size(actuator->patience) == 0)
        return;
    a_period_passes(actuator->patience);
    for (int i = 0; i < snapshot->n_vms; i++)
        if (patience_with(actuator, snapshot->vms[i].uuid) > 0)
            snapshot->vms[i].busy = true;
}

/* False only when the host itself is lost. */
static bool take_no(Actuator *actuator, const Vm *vm, GError *why, Outcome *out)
{
    if (why->domain != HOST_ERROR)
        return false;
    switch ((HostError)why->code) {
    case HOST_ERROR_GONE:
        out->gone++;
        return true;
    case HOST_ERROR_BUSY:
        out->deferred++;
        leave_in_peace(actuator, vm->uuid, PATIENCE);
        return true;
    case HOST_ERROR_REFUSED:
        g_warning("giving up on %s: %s", vm->name, why->message);
        out->barred++;
        leave_in_peace(actuator, vm->uuid, FOR_EVER);
        return true;
    case HOST_ERROR_LOST:
    case HOST_ERROR_ENDED: /* what is over cannot be pinned: lost as well */
    case HOST_ERROR_TEXT:
        break;
    }
    return false;
}

/* ── carrying out ─────────────────────────────────────────────────────────── */

static int patience_for(const Actuator *actuator, const Period *period,
                        const Move *move)
{
    const Snapshot *snapshot = &period->snapshot;

    return patience_with(actuator, snapshot->vms[snapshot->vcpus[move->vcpu].vm].uuid);
}

static bool is_so(const Period *period, const Move *move)
{
    return move->cpus == period->snapshot.vcpus[move->vcpu].pins;
}

/* What is going to be done is written down first, and all at once.  False if it cannot
 * be: that is said once, until it can. */
static bool write_down(Actuator *actuator, const Period *period)
{
    const GArray *moves = period->plan.moves;
    g_autoptr(GError) why = NULL;
    bool well;

    for (guint i = 0; i < moves->len; i++) {
        const Move *move = &g_array_index(moves, Move, i);

        if (!is_so(period, move) && patience_for(actuator, period, move) == 0)
            ledger_intend(actuator->ledger, &period->sample, move->vcpu, move->cpus);
    }
    well = ledger_save(actuator->ledger, &why);
    if (!well && !actuator->unwritten)
        g_warning("nothing is pinned that cannot be written down: %s", why->message);
    actuator->unwritten = !well;
    return well;
}

static bool ask(Actuator *actuator, const Vm *vm, const Vcpu *vcpu, const CpuSet *cpus,
                GError **error)
{
    Host *host = actuator->host;

    return (!actuator->ledger ||
            ledger_leave(actuator->ledger, host, vm->uuid, error)) &&
           host->ops->pin(host, vm->uuid, vcpu->number, cpus, error);
}

static bool carry_out(Actuator *actuator, const Vm *vm, const Vcpu *vcpu,
                      const CpuSet *cpus, Outcome *out, GError **error)
{
    g_autoptr(GError) why = NULL;

    if (ask(actuator, vm, vcpu, cpus, &why)) {
        out->done++;
        return true;
    }
    if (take_no(actuator, vm, why, out))
        return true;
    g_propagate_error(error, g_steal_pointer(&why));
    return false;
}

bool actuator_apply(Actuator *actuator, Period *period, GError **error)
{
    const GArray *moves = period->plan.moves;
    Outcome *out = &period->outcome;

    if (!moves || moves->len == 0)
        return true;
    if (actuator->ledger && !write_down(actuator, period)) {
        out->barred += (int)moves->len;
        return true;
    }
    for (guint i = 0; i < moves->len; i++) {
        const Move *move = &g_array_index(moves, Move, i);
        const Vcpu *vcpu = &period->snapshot.vcpus[move->vcpu];
        const Vm *vm = &period->snapshot.vms[vcpu->vm];
        int periods = patience_with(actuator, vm->uuid);

        if (is_so(period, move))
            continue;
        if (periods == FOR_EVER)
            out->barred++;
        else if (periods > 0)
            out->deferred++;
        else if (!carry_out(actuator, vm, vcpu, move->cpus, out, error))
            return false;
    }
    return true;
}
