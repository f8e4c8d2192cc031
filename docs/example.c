/* example.c - two virtual CPUs and two CPUs: who goes where, at the least cost? */
#include <graph/flow.h>
#include <stdio.h>

int main(void)
{
    static const char *const vcpu[] = { "db", "web" };
    static const int cost[2][2] = { { 2, 9 }, { 1, 3 } };
    enum { VCPU, CPU = VCPU + 2, SOURCE = CPU + 2, SINK, N_NODES };
    Network net = NETWORK_EMPTY;
    McmfResult result = { .status = MCMF_NO_MEMORY };
    ArcIx on[2][2];

    if (network_reset(&net, N_NODES, 8)) {
        for (int i = 0; i < 2; i++) {
            network_add_edge(&net, SOURCE, VCPU + i, 1, 0);
            network_add_edge(&net, CPU + i, SINK, 1, 0);
            for (int j = 0; j < 2; j++)
                on[i][j] = network_add_edge(&net, VCPU + i, CPU + j, 1, cost[i][j]);
        }
        result = mcmf_simplex(&net, SOURCE, SINK);
    }
    for (int i = 0; i < 4 && result.status == MCMF_OPTIMAL; i++)
        if (network_flow(&net, on[i / 2][i % 2]) > 0)
            printf("%s on CPU %d\n", vcpu[i / 2], i % 2);
    network_clear(&net);
    return result.status == MCMF_OPTIMAL ? 0 : 1;
}
