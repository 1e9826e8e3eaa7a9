package dev.weir.controller.http;

import dev.weir.controller.problem.Problems;
import dev.weir.controller.settings.HostSpace;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.web.servlet.HandlerInterceptor;

/** Refuses changes that the database would have no room for; reading goes on. */
final class ChangesNeedSpace implements HandlerInterceptor {
    private final HostSpace space;

    ChangesNeedSpace(HostSpace space) {
        this.space = space;
    }

    @Override
    public boolean preHandle(
            HttpServletRequest request, HttpServletResponse response, Object handler) {
        boolean admitted =
                switch (request.getMethod()) {
                    case "GET", "HEAD", "OPTIONS" -> true;
                    case "DELETE" -> space.admitsDeletions();
                    default -> space.admitsChanges();
                };
        if (!admitted) {
            throw Problems.hostFull(space.complaint()).exception();
        }
        return true;
    }
}
